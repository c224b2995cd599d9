using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Models.Gemma3n;

/// <summary>What a file becomes: one input of a tower, or one for each frame of a video.</summary>
public sealed record Gemma3nInputs(ImmutableArray<(MediaInput Input, ContentHash Hash)> Parts)
{
    public static Gemma3nInputs Of(MediaInput input, MediaSource source) => new([(input, ContentHash.Of(source.Content.Span))]);
}

/// <summary>Pictures, and videos as pictures of their frames: the reference takes no videos.</summary>
public sealed class Gemma3nPictures(ImageProcessor images)
{
    /// <summary>Speech and gestures change faster, but scenes do not; and a minute still fits into the context.</summary>
    private const double FramesPerSecond = 1;

    /// <summary>With 256 tokens each, they take a quarter of the context of the published models.</summary>
    private const int MostFrames = 32;

    public Result<Gemma3nInputs, MediaError> Picture(MediaSource source, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        decoder.Image(source.Content, Transparency.Dropped, cancellationToken)
            .Map(image => Gemma3nInputs.Of(images.Process(image), source));

    public Result<Gemma3nInputs, MediaError> Video(MediaSource source, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        decoder.Video(source.Content, ChooseFrames, cancellationToken).Map(video =>
        {
            var hash = ContentHash.Of(source.Content.Span);
            return new Gemma3nInputs([.. video.Frames.Select((frame, i) => ((MediaInput)images.Process(frame), hash.Part(i)))]);
        });

    /// <summary>The middle frame of each of equal stretches of the video.</summary>
    public static ImmutableArray<int> ChooseFrames(VideoInfo video)
    {
        var wanted = Math.Round(video.Frames / video.FramesPerSecond * FramesPerSecond);
        var count = (int)Math.Clamp(wanted, 1, Math.Min(MostFrames, video.Frames));
        return [.. Enumerable.Range(0, count).Select(i => (int)((2L * i + 1) * video.Frames / (2L * count)))];
    }
}

/// <summary>Clips as mel frames, as long as their tokens reach.</summary>
/// <param name="features">At the rate of the tower.</param>
/// <param name="mostFrames">Mel frames that the tokens of a clip stand for.</param>
public sealed class Gemma3nClips(MelFeatures features, int mostFrames)
{
    /// <summary>The reference cuts what is longer, in silence; nobody would know what the model did not hear.</summary>
    private readonly int _mostSamples = Math.Min(MelFeatures.MostSamples, features.SamplesOf(mostFrames));

    public Result<Gemma3nInputs, MediaError> Clip(MediaSource source, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        decoder.Audio(source.Content, features.Settings.SampleRate, cancellationToken)
            .Bind(Fit)
            .Bind(features.Extract)
            .Map(frames => Gemma3nInputs.Of(frames, source));

    private Result<AudioClip, MediaError> Fit(AudioClip clip) => clip.Samples.Length <= _mostSamples
        ? clip
        : new MediaError.UnusableClip(Seconds(clip.Samples.Length), $"at most {Seconds(_mostSamples)}: send longer ones in pieces");

    private string Seconds(int samples) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(double)samples / features.Settings.SampleRate:0.##} seconds");
}
