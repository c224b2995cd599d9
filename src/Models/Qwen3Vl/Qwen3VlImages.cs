using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>
/// Picture in, patches out, as transformers' Qwen2VLImageProcessorFast makes them of a picture laid on white: bicubic to a size near
/// the picture's own, and the picture repeated for each frame of a patch.
/// </summary>
public sealed class Qwen3VlImages(Qwen3VlImageConfig config)
{
    private readonly PatchCutter _cutter = new(config);

    public Result<PatchValues, MediaError> Process(PixelImage image) =>
        SmartResize.Image(new FrameSize(image.Height, image.Width), config.Factor, config.Bounds)
            .MapError(MediaError (problem) => new MediaError.UnusableShape(problem, "a picture less narrow"))
            .Map(size => Cut(image, size));

    private PatchValues Cut(PixelImage image, FrameSize size)
    {
        var resized = image.Resize(size.Width, size.Height, ResampleFilter.Bicubic, ResizeOrder.RowsFirst);
        var frames = new PixelImage[config.TemporalPatchSize];
        Array.Fill(frames, resized);
        return _cutter.Cut(frames);
    }
}
