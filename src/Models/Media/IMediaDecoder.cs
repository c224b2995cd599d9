using System.Collections.Immutable;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>
/// Encoded files in, pixels and samples out, within the limits that the implementation was made with. Total: any bytes end in content or in
/// an error. Thread-safe.
/// </summary>
public interface IMediaDecoder
{
    /// <summary>A picture, upright.</summary>
    Result<PixelImage, MediaError> Image(ReadOnlyMemory<byte> content, Transparency transparency, CancellationToken cancellationToken);

    /// <summary>All channels' mean at <paramref name="sampleRate"/>.</summary>
    Result<AudioClip, MediaError> Audio(ReadOnlyMemory<byte> content, int sampleRate, CancellationToken cancellationToken);

    /// <summary>The frames that <paramref name="choose"/> names, upright.</summary>
    Result<VideoFrames, MediaError> Video(ReadOnlyMemory<byte> content, ChooseFrames choose, CancellationToken cancellationToken);
}

/// <param name="Samples">Mono, full scale at ±1.</param>
/// <param name="SampleRate">Samples a second.</param>
public sealed record AudioClip(float[] Samples, int SampleRate);

/// <summary>What a video's file says of it.</summary>
/// <param name="Frames">Number of frames, at least 1.</param>
/// <param name="FramesPerSecond">On average.</param>
public sealed record VideoInfo(int Frames, double FramesPerSecond)
{
    /// <summary>Seconds after the first frame at which each is shown, ascending; evenly spaced unless the file says otherwise.</summary>
    public ImmutableArray<double> Times { get; init; } = [.. Enumerable.Range(0, Frames).Select(index => index / FramesPerSecond)];

    /// <summary>The frame on screen: the last one whose time is not later.</summary>
    /// <param name="seconds">After the first frame; at the end the last frame stays.</param>
    public int FrameAt(double seconds) => Math.Max(0, Times.Count(time => time <= seconds) - 1);
}

/// <summary>Picks the frames to look at: indices below <see cref="VideoInfo.Frames"/>, ascending, at least one.</summary>
public delegate ImmutableArray<int> ChooseFrames(VideoInfo video);

/// <param name="Frames">The frames chosen, in order and of one size.</param>
public sealed record VideoFrames(VideoInfo Info, ImmutableArray<PixelImage> Frames);
