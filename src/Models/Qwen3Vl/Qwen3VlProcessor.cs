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

    public Result<PreparedPrompt, PromptError> Prepare(Conversation conversation, CancellationToken cancellationToken) =>
        conversation.Refuse(_images is null ? Capabilities.Text : Capabilities.Vision) is { } error
            ? error
            : Prepare(Qwen3VlPrompt.Render(conversation), conversation.Media, cancellationToken);

    public IncrementalDecoder NewDecoder() => _tokenizer.NewDecoder(skipSpecialTokens: true);

    private static Result<IProcessor, LoadError> Over(HuggingFaceTokenizer tokenizer, Qwen3VlImageConfig? images) =>
        Result.Ok<IProcessor, LoadError>(new Qwen3VlProcessor(tokenizer, images));

    private Result<PreparedPrompt, PromptError> Prepare(
        ImmutableArray<PromptPart> prompt, ImmutableArray<MediaSource> media, CancellationToken cancellationToken)
    {
        var patches = new Dictionary<int, PatchValues>();
        foreach (var index in prompt.OfType<PromptPart.Image>().Select(image => image.Index).Distinct())
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (_images!.Process(media[index].Content, ImageLimits.Default))
            {
                case Result<PatchValues, MediaError>.Ok(var image):
                    patches.Add(index, image);
                    break;
                case Result<PatchValues, MediaError>.Error(var error):
                    return new PromptError(error.Message, media[index].Field);
            }
        }
        var lengths = patches.ToDictionary(image => image.Key, MediaTokens (image) => new MediaTokens.Image(TokensOf(image.Value)));
        var tokenized = Qwen3VlPrompt.Tokenize(prompt, _tokenizer, lengths);
        return new PreparedPrompt(
            tokenized.Tokens,
            [
                .. tokenized.Images.Select(place =>
                    new PreparedImage(place.Position, place.Length, patches[place.Index], ContentHash.Of(media[place.Index].Content.Span))),
            ]);
    }

    private int TokensOf(PatchValues image) => image.GridRows * image.GridColumns / _patchesPerToken;
}
