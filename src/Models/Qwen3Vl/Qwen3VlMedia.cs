using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>A file brought to the tower's form, and the tokens that stand for it in the prompt.</summary>
internal sealed record Qwen3VlFile(MediaTokens Tokens, ImmutableArray<MediaPiece> Pieces);

/// <summary>Encoded files in, patches and their tokens out, by the settings of one checkpoint.</summary>
internal sealed class Qwen3VlMedia(Qwen3VlImageConfig images, Qwen3VlVideoConfig videos)
{
    private readonly Qwen3VlImages _images = new(images);
    private readonly Qwen3VlVideos _videos = new(videos.Frames);

    public static Result<Qwen3VlMedia, LoadError> Load(string directory, Qwen3VlVisionConfig vision) =>
        Qwen3VlImageConfig.Load(directory, vision).Bind(images =>
            Qwen3VlVideoConfig.Load(directory, vision).Map(videos => new Qwen3VlMedia(images, videos)));

    public Result<Qwen3VlFile, MediaError> Image(MediaSource source, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        decoder.Image(source.Content, Transparency.OnWhite, cancellationToken)
            .Bind(_images.Process)
            .Map(patches => new Qwen3VlFile(new MediaTokens.Image(TokensOf(patches)), source.Whole(patches)));

    public Result<Qwen3VlFile, MediaError> Video(MediaSource source, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        decoder.Video(source.Content, video => Sample(video).Indices, cancellationToken).Bind(video =>
            _videos.Process(video.Frames).Map(groups => new Qwen3VlFile(
                new MediaTokens.Video([.. Sample(video.Info).GroupSeconds.Select(FrameSampling.Label)], TokensOf(groups[0])),
                source.Parts(groups))));

    private FrameSampling Sample(VideoInfo video) =>
        FrameSampling.Of(video.Frames, video.FramesPerSecond, videos.Rate, videos.Frames.TemporalPatchSize);

    /// <summary>A square of patches merges to one token.</summary>
    private int TokensOf(PatchValues patches) => patches.GridRows * patches.GridColumns / (images.MergeSize * images.MergeSize);
}
