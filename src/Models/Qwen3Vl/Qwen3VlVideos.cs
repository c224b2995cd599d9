using System.Collections.Immutable;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>
/// Frames of a video in, patches of each group of consecutive frames out, as transformers' Qwen3VLVideoProcessor makes them. A group is
/// encoded, and stands in the prompt, as an image of its own.
/// </summary>
public sealed class Qwen3VlVideos(Qwen3VlImageConfig config)
{
    private readonly PatchCutter _cutter = new(config);

    /// <param name="frames">The frames chosen by <see cref="FrameSampling"/>, of one size.</param>
    public Result<ImmutableArray<PatchValues>, MediaError> Process(ImmutableArray<PixelImage> frames)
    {
        var size = new FrameSize(frames[0].Height, frames[0].Width);
        return SmartResize.Video(size, frames.Length, config.TemporalPatchSize, config.Factor, config.Bounds)
            .MapError(MediaError (problem) => new MediaError.UnusableShape(problem, "a longer or less narrow video"))
            .Map<ImmutableArray<PatchValues>>(target => [.. frames.Chunk(config.TemporalPatchSize).Select(group => Cut(group, target))]);
    }

    /// <summary>The last frame stands for those that a group lacks.</summary>
    private PatchValues Cut(PixelImage[] group, FrameSize size)
    {
        PixelImage Resize(PixelImage frame) => frame.Resize(size.Width, size.Height, ResampleFilter.Bicubic, ResizeOrder.RowsFirst);
        var resized = Array.ConvertAll(group, Resize);
        return _cutter.Cut([.. resized, .. Enumerable.Repeat(resized[^1], config.TemporalPatchSize - resized.Length)]);
    }
}
