using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>
/// Conversations for Qwen3-VL, as transformers' Qwen3VLProcessor prepares them: prompt by the chat template, each image at about its own
/// size and standing for as many tokens as its size asks for.
/// </summary>
public sealed class Qwen3VlProcessor : IProcessor
{
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly Qwen3VlImages? _images;
    private readonly int _patchesPerToken;

    private Qwen3VlProcessor(HuggingFaceTokenizer tokenizer, Qwen3VlImageConfig? config)
    {
        _tokenizer = tokenizer;
        _images = config is null ? null : new Qwen3VlImages(config);
        _patchesPerToken = config is null ? 1 : config.MergeSize * config.MergeSize;
    }

    /// <summary>Reads the tokenizer and, for a checkpoint that sees, the image settings.</summary>
    /// <param name="vision">The tower that the checkpoint holds, if any.</param>
    /// <exception cref="Native.Checkpoints.CheckpointException">A settings file is no JSON object.</exception>
    public static Result<IProcessor, LoadError> Load(string directory, Qwen3VlConfig config, Qwen3VlVisionConfig? vision) =>
        HuggingFaceTokenizer.LoadWithin(directory, config.Text.VocabSize).Bind(tokenizer => vision is null
            ? Over(tokenizer, null)
            : Qwen3VlImageConfig.Load(directory, vision).Bind(images => Over(tokenizer, images)));

    public Result<PreparedPrompt, PromptError> Prepare(
        Conversation conversation, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        conversation.Refuse(_images is null ? Capabilities.Text : Capabilities.Vision) is { } error
            ? error
            : Prepare(Qwen3VlPrompt.Render(conversation), conversation.Media, decoder, cancellationToken);

    public IncrementalDecoder NewDecoder() => _tokenizer.NewDecoder(skipSpecialTokens: true);

    public ImmutableArray<byte> BytesOf(int token) => _tokenizer.BytesOf(token);

    public OutputParser NewParser(ImmutableArray<ToolDefinition> tools, bool single) =>
        tools.IsEmpty ? OutputParser.Plain : new ToolCallTagParser(tools, single);

    private static Result<IProcessor, LoadError> Over(HuggingFaceTokenizer tokenizer, Qwen3VlImageConfig? images) =>
        Result.Ok<IProcessor, LoadError>(new Qwen3VlProcessor(tokenizer, images));

    private Result<PreparedPrompt, PromptError> Prepare(
        ImmutableArray<PromptPart> prompt, ImmutableArray<MediaSource> media, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        media.PrepareEach(
                prompt.OfType<PromptPart.Image>().Select(image => image.Index),
                source => Prepare(source, decoder, cancellationToken),
                cancellationToken)
            .Map(images => Expand(prompt, images));

    private Result<(PatchValues Patches, ContentHash Hash), MediaError> Prepare(
        MediaSource source, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        decoder.Image(source.Content, Transparency.OnWhite, cancellationToken)
            .Bind(_images!.Process)
            .Map(patches => (patches, ContentHash.Of(source.Content.Span)));

    private PreparedPrompt Expand(ImmutableArray<PromptPart> prompt, IReadOnlyDictionary<int, (PatchValues Patches, ContentHash Hash)> images)
    {
        var lengths = images.ToDictionary(image => image.Key, MediaTokens (image) => new MediaTokens.Image(TokensOf(image.Value.Patches)));
        var tokenized = Qwen3VlPrompt.Tokenize(prompt, _tokenizer, lengths);
        return new PreparedPrompt(
            tokenized.Tokens,
            [
                .. tokenized.Media.Select(place =>
                    new PreparedMedia(place.Position, place.Length, images[place.Index].Patches, images[place.Index].Hash)),
            ]);
    }

    private int TokensOf(PatchValues image) => image.GridRows * image.GridColumns / _patchesPerToken;
}
