using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>
/// Conversations for Qwen3-VL, as transformers' Qwen3VLProcessor prepares them: prompt by the chat template, each image at about its own
/// size and standing for as many tokens as its size asks for, each video as groups of frames behind the moments they show.
/// </summary>
public sealed class Qwen3VlProcessor : IProcessor
{
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly Qwen3VlMedia? _media;

    private Qwen3VlProcessor(HuggingFaceTokenizer tokenizer, Qwen3VlMedia? media) => (_tokenizer, _media) = (tokenizer, media);

    /// <summary>Reads the tokenizer and, for a checkpoint that sees, the settings of images and videos.</summary>
    /// <param name="vision">The tower that the checkpoint holds, if any.</param>
    /// <exception cref="Native.Checkpoints.CheckpointException">A settings file is no JSON object.</exception>
    public static Result<IProcessor, LoadError> Load(string directory, Qwen3VlConfig config, Qwen3VlVisionConfig? vision) =>
        HuggingFaceTokenizer.LoadWithin(directory, config.Text.VocabSize).Bind(tokenizer => vision is null
            ? Over(tokenizer, null)
            : Qwen3VlMedia.Load(directory, vision).Bind(media => Over(tokenizer, media)));

    public Result<PreparedPrompt, PromptError> Prepare(
        Conversation conversation, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        conversation.Refuse(_media is null ? Capabilities.Text : Capabilities.Vision | Capabilities.Video) is { } error
            ? error
            : Prepare(Qwen3VlPrompt.Render(conversation), conversation.Media, decoder, cancellationToken);

    public ImmutableArray<int> Encode(string text) => _tokenizer.EncodeRaw(text);

    public IncrementalDecoder NewDecoder() => _tokenizer.NewDecoder(skipSpecialTokens: true);

    public ImmutableArray<byte> BytesOf(int token) => _tokenizer.BytesOf(token);

    public bool IsControl(int token) => _tokenizer.IsSpecial(token);

    public CallSyntax CallSyntax => CallSyntax.ToolCallTag;

    public OutputParser NewParser(ImmutableArray<ToolDefinition> tools, bool single) =>
        tools.IsEmpty ? OutputParser.Plain : new ToolCallTagParser(tools, single);

    private static Result<IProcessor, LoadError> Over(HuggingFaceTokenizer tokenizer, Qwen3VlMedia? media) =>
        Result.Ok<IProcessor, LoadError>(new Qwen3VlProcessor(tokenizer, media));

    private Result<PreparedPrompt, PromptError> Prepare(
        ImmutableArray<PromptPart> prompt, ImmutableArray<MediaSource> media, IMediaDecoder decoder, CancellationToken cancellationToken)
    {
        var images = prompt.OfType<PromptPart.Image>().Select(image => image.Index);
        var videos = prompt.OfType<PromptPart.Video>().Select(video => video.Index);
        return media.PrepareEach(images, source => _media!.Image(source, decoder, cancellationToken), cancellationToken).Bind(pictures =>
            media.PrepareEach(videos, source => _media!.Video(source, decoder, cancellationToken), cancellationToken).Map(clips =>
                Expand(prompt, pictures.Concat(clips).ToDictionary())));
    }

    private PreparedPrompt Expand(ImmutableArray<PromptPart> prompt, Dictionary<int, Qwen3VlFile> files) =>
        Qwen3VlPrompt.Tokenize(prompt, _tokenizer, files.ToDictionary(file => file.Key, file => file.Value.Tokens))
            .With(index => files[index].Pieces);
}
