using MlxActors.Native.Results;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>Bounds on the pixels of an image, or of all frames of a video together.</summary>
public readonly record struct PixelBounds(long Min, long Max);

/// <summary>A size in pixels.</summary>
public readonly record struct FrameSize(int Height, int Width);

/// <summary>
/// The size nearest to a picture's own whose sides are multiples of a factor and whose pixels lie within bounds, keeping the aspect ratio
/// about: <c>smart_resize</c> of transformers' Qwen2-VL image processor and Qwen3-VL video processor.
/// </summary>
public static class SmartResize
{
    private const int MaxRatio = 200;

    /// <summary>The size of an image; an error's text when it is too narrow.</summary>
    public static Result<FrameSize, string> Image(FrameSize size, int factor, PixelBounds bounds) => Fit(size, 1, 1, factor, bounds);

    /// <summary>The size of each of a video's frames; sides under the factor are scaled up first.</summary>
    /// <param name="frames">At least <paramref name="framesPerGroup"/>.</param>
    public static Result<FrameSize, string> Video(FrameSize size, int frames, int framesPerGroup, int factor, PixelBounds bounds)
    {
        if (frames < framesPerGroup)
        {
            return Result.Error<FrameSize, string>($"{frames} {(frames == 1 ? "frame" : "frames")}, at least {framesPerGroup} are needed");
        }
        return Fit(Enlarge(size, factor), frames, Round(frames, framesPerGroup), factor, bounds);
    }

    private static Result<FrameSize, string> Fit(FrameSize size, int frames, int roundedFrames, int factor, PixelBounds bounds)
    {
        var (height, width) = ((double)size.Height, (double)size.Width);
        if (Math.Max(height, width) / Math.Min(height, width) > MaxRatio)
        {
            return Result.Error<FrameSize, string>(
                $"{size.Width} x {size.Height} pixels, one side may be at most {MaxRatio} times the other");
        }
        var rounded = new FrameSize(Round(size.Height, factor), Round(size.Width, factor));
        var pixels = (long)roundedFrames * rounded.Height * rounded.Width;
        if (pixels > bounds.Max)
        {
            var shrink = Math.Sqrt(frames * height * width / bounds.Max);
            return Result.Ok<FrameSize, string>(new FrameSize(
                Math.Max(factor, (int)Math.Floor(height / shrink / factor) * factor),
                Math.Max(factor, (int)Math.Floor(width / shrink / factor) * factor)));
        }
        if (pixels < bounds.Min)
        {
            var grow = Math.Sqrt(bounds.Min / (frames * height * width));
            return Result.Ok<FrameSize, string>(new FrameSize(
                (int)Math.Ceiling(height * grow / factor) * factor,
                (int)Math.Ceiling(width * grow / factor) * factor));
        }
        return Result.Ok<FrameSize, string>(rounded);
    }

    private static FrameSize Enlarge(FrameSize size, int factor)
    {
        if (size.Height >= factor && size.Width >= factor)
        {
            return size;
        }
        var scale = Math.Max((double)factor / size.Height, (double)factor / size.Width);
        return new FrameSize((int)(size.Height * scale), (int)(size.Width * scale));
    }

    /// <summary>The nearest multiple, a tie to the even one, as Python rounds.</summary>
    private static int Round(int length, int factor) => (int)Math.Round((double)length / factor, MidpointRounding.ToEven) * factor;
}
