using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Gemma3n;

/// <summary>
/// Conversations for Gemma 3n, as transformers' Gemma3nProcessor prepares them: prompt by the chat template, each picture and each clip
/// standing for as many tokens as the config says, whatever its size or length.
/// </summary>
public sealed class Gemma3nProcessor : IProcessor
{
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly Gemma3nMediaTokens _tokens;
    private readonly Gemma3nPictures? _pictures;
    private readonly Gemma3nClips? _clips;

    private Gemma3nProcessor(
        HuggingFaceTokenizer tokenizer, Gemma3nMediaTokens tokens, Gemma3nPictures? pictures, Gemma3nClips? clips) =>
        (_tokenizer, _tokens, _pictures, _clips) = (tokenizer, tokens, pictures, clips);

    private Capabilities Capabilities =>
        (_pictures is null ? Capabilities.Text : Capabilities.Vision | Capabilities.Video)
        | (_clips is null ? Capabilities.Text : Capabilities.Audio);

    /// <summary>Reads the tokenizer and the settings of the media that the checkpoint takes.</summary>
    /// <param name="capabilities">Those of the towers that it holds.</param>
    /// <exception cref="Native.Checkpoints.CheckpointException">A settings file is no JSON object.</exception>
    public static Result<IProcessor, LoadError> Load(string directory, Gemma3nConfig config, Capabilities capabilities)
    {
        var tokens = new Gemma3nMediaTokens(config.VisionSoftTokens, config.AudioSoftTokens);
        var vision = capabilities.HasFlag(Capabilities.Vision) ? config.Vision : null;
        var audio = capabilities.HasFlag(Capabilities.Audio) ? config.Audio : null;
        return HuggingFaceTokenizer.LoadWithin(directory, config.Text.VocabSize).Bind(tokenizer =>
            LoadPictures(directory, vision).Bind(pictures =>
                LoadClips(directory, audio, config.AudioSoftTokens).Map<IProcessor>(clips =>
                    new Gemma3nProcessor(tokenizer, tokens, pictures, clips))));
    }

    public Result<PreparedPrompt, PromptError> Prepare(
        Conversation conversation, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        conversation.Refuse(Capabilities) is { } error
            ? error
            : Gemma3nPrompt.Render(conversation).Bind(prompt => PrepareMedia(prompt, conversation.Media, decoder, cancellationToken)
                .Map(media => Assemble(prompt, media)));

    public ImmutableArray<int> Encode(string text) => _tokenizer.EncodeRaw(text);

    public IncrementalDecoder NewDecoder() => _tokenizer.NewDecoder(skipSpecialTokens: true);

    public ImmutableArray<byte> BytesOf(int token) => _tokenizer.BytesOf(token);

    public bool IsControl(int token) => _tokenizer.IsSpecial(token);

    public CallSyntax CallSyntax => CallSyntax.ToolCode;

    public OutputParser NewParser(ImmutableArray<ToolDefinition> tools, bool single) =>
        tools.IsEmpty ? OutputParser.Plain : new ToolCodeParser(tools, single);

    private static Result<Gemma3nPictures?, LoadError> LoadPictures(string directory, Gemma3nVisionConfig? vision) => vision is null
        ? Result.Ok<Gemma3nPictures?, LoadError>(null)
        : ImageProcessorConfig.Load(directory, ImageProcessorConfig.Gemma3n, vision.ImageSize)
            .Map<Gemma3nPictures?>(images => new Gemma3nPictures(new ImageProcessor(images)));

    private static Result<Gemma3nClips?, LoadError> LoadClips(string directory, Gemma3nAudioConfig? audio, int tokens) => audio is null
        ? Result.Ok<Gemma3nClips?, LoadError>(null)
        : MelSettings.Load(directory, audio.Bins)
            .Map<Gemma3nClips?>(settings => new Gemma3nClips(new MelFeatures(settings), checked(tokens * audio.FramesPerToken)));

    private Result<Dictionary<int, ImmutableArray<MediaPiece>>, PromptError> PrepareMedia(
        ImmutableArray<PromptPart> prompt, ImmutableArray<MediaSource> media, IMediaDecoder decoder, CancellationToken cancellationToken)
    {
        var pictures = prompt.OfType<PromptPart.Image>().Select(image => image.Index);
        var clips = prompt.OfType<PromptPart.Audio>().Select(audio => audio.Index);
        var videos = prompt.OfType<PromptPart.Video>().Select(video => video.Index);
        return
            Each(pictures, source => _pictures!.Picture(source, decoder, cancellationToken)).Bind(seen =>
            Each(clips, source => _clips!.Clip(source, decoder, cancellationToken)).Bind(heard =>
            Each(videos, source => _pictures!.Video(source, decoder, cancellationToken)).Map(watched =>
                seen.Concat(heard).Concat(watched).ToDictionary())));

        Result<IReadOnlyDictionary<int, ImmutableArray<MediaPiece>>, PromptError> Each(
            IEnumerable<int> indices, Func<MediaSource, Result<ImmutableArray<MediaPiece>, MediaError>> prepare) =>
            media.PrepareEach(indices, prepare, cancellationToken);
    }

    private PreparedPrompt Assemble(ImmutableArray<PromptPart> prompt, Dictionary<int, ImmutableArray<MediaPiece>> media) =>
        Gemma3nPrompt.Tokenize(prompt, _tokenizer, _tokens, index => media[index].Length).With(index => media[index]);
}
