using System.Collections.Immutable;
using System.Globalization;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>How densely frames are taken from a video.</summary>
public sealed record FrameRate(double FramesPerSecond, int MinFrames, int MaxFrames)
{
    /// <summary>As the published <c>video_preprocessor_config.json</c> has it.</summary>
    public static FrameRate Default { get; } = new(2, 4, 768);
}

/// <summary>Which frames of a video are looked at, and when: as transformers' Qwen3-VL video processor chooses.</summary>
/// <param name="Indices">Frames of the video, ascending.</param>
/// <param name="GroupSeconds">The moment of each group of consecutive frames; a group that lacks frames repeats the last.</param>
public sealed record FrameSampling(ImmutableArray<int> Indices, ImmutableArray<double> GroupSeconds)
{
    /// <param name="total">Frames of the video, at least 1.</param>
    /// <param name="fps">Its frames a second.</param>
    public static FrameSampling Of(int total, double fps, FrameRate rate, int framesPerGroup)
    {
        var wanted = (int)Math.Min(total / fps * rate.FramesPerSecond, int.MaxValue);
        var count = Math.Min(Math.Min(Math.Max(wanted, rate.MinFrames), rate.MaxFrames), total);
        var step = count > 1 ? (total - 1.0) / (count - 1) : 0;
        ImmutableArray<int> indices = [.. Enumerable.Range(0, count).Select(i => (int)Math.Round(i * step, MidpointRounding.ToEven))];
        return new FrameSampling(
            indices, [.. indices.Chunk(framesPerGroup).Select(group => (group[0] / fps + group[^1] / fps) / 2)]);
    }

    /// <summary>What stands before a group's tokens in the prompt.</summary>
    public static string Label(double seconds) => $"<{OneDecimal(seconds)} seconds>";

    /// <summary>
    /// One digit behind the point, rounded from the exact binary value and a tie to even, as Python's <c>format</c> does: 0.25 is 0.2,
    /// 0.15 is 0.1.
    /// </summary>
    private static string OneDecimal(double seconds)
    {
        // The product is rounded only after the half is taken away, so that the sign is exact.
        var tenths = Math.Floor(seconds * 10);
        var excess = Math.FusedMultiplyAdd(seconds, 10, -tenths - 0.5);
        var roundsUp = excess > 0 || (excess == 0 && tenths % 2 != 0);
        return ((tenths + (roundsUp ? 1 : 0)) / 10).ToString("F1", CultureInfo.InvariantCulture);
    }
}
