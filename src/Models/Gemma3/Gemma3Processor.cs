using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Gemma3;

/// <summary>
/// Conversations for Gemma 3, as transformers' Gemma3Processor prepares them: prompt by the chat template, images decoded and resized, each
/// standing for as many tokens as the config says.
/// </summary>
public sealed class Gemma3Processor : IProcessor
{
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly ImageProcessor? _images;
    private readonly int _tokensPerImage;

    private Gemma3Processor(HuggingFaceTokenizer tokenizer, ImageProcessor? images, int tokensPerImage) =>
        (_tokenizer, _images, _tokensPerImage) = (tokenizer, images, tokensPerImage);

    /// <summary>Reads the tokenizer and, for a checkpoint that sees, the image settings.</summary>
    /// <param name="vision">The tower that the checkpoint holds, if any.</param>
    /// <exception cref="Native.Checkpoints.CheckpointException">A settings file is no JSON object.</exception>
    public static Result<IProcessor, LoadError> Load(string directory, Gemma3Config config, Gemma3VisionConfig? vision) =>
        HuggingFaceTokenizer.LoadWithin(directory, config.Text.VocabSize).Bind(tokenizer => vision is null
            ? Over(tokenizer, null, config.MmTokensPerImage)
            : ImageProcessorConfig.Load(directory, ImageProcessorConfig.Gemma3, vision.ImageSize)
                .Bind(images => Over(tokenizer, new ImageProcessor(images), config.MmTokensPerImage)));

    public Result<PreparedPrompt, PromptError> Prepare(
        Conversation conversation, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        conversation.Refuse(_images is null ? Capabilities.Text : Capabilities.Vision) is { } error
            ? error
            : Gemma3Prompt.Render(conversation)
                .Map(prompt => Gemma3Prompt.Tokenize(prompt, _tokenizer, _tokensPerImage))
                .Bind(prompt => Prepare(prompt, conversation.Media, decoder, cancellationToken));

    public ImmutableArray<int> Encode(string text) => _tokenizer.EncodeRaw(text);

    public IncrementalDecoder NewDecoder() => _tokenizer.NewDecoder(skipSpecialTokens: true);

    public ImmutableArray<byte> BytesOf(int token) => _tokenizer.BytesOf(token);

    public bool IsControl(int token) => _tokenizer.IsSpecial(token);

    public CallSyntax CallSyntax => CallSyntax.ToolCode;

    public OutputParser NewParser(ImmutableArray<ToolDefinition> tools, bool single) =>
        tools.IsEmpty ? OutputParser.Plain : new ToolCodeParser(tools, single);

    private static Result<IProcessor, LoadError> Over(HuggingFaceTokenizer tokenizer, ImageProcessor? images, int tokensPerImage) =>
        Result.Ok<IProcessor, LoadError>(new Gemma3Processor(tokenizer, images, tokensPerImage));

    private Result<PreparedPrompt, PromptError> Prepare(
        TokenizedPrompt prompt, ImmutableArray<MediaSource> media, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        media.PrepareEach(prompt.Media.Select(place => place.Index), source => Prepare(source, decoder, cancellationToken), cancellationToken)
            .Map(images => prompt.With(index => images[index]));

    private Result<ImmutableArray<MediaPiece>, MediaError> Prepare(
        MediaSource source, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        decoder.Image(source.Content, Transparency.Dropped, cancellationToken).Map(image => source.Whole(_images!.Process(image)));
}
