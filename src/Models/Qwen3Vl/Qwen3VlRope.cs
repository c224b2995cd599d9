using MlxActors.Native.Tensors;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>Which frequency follows which axis of a position.</summary>
public static class Qwen3VlRope
{
    private const double VisionTheta = 10000;

    /// <summary>
    /// Interleaved sections: of three frequencies the first follows time, the second the row, the third the column; what is left follows
    /// time.
    /// </summary>
    public static RopeSpec Text(Qwen3VlTextConfig config)
    {
        var (rows, columns) = (config.MropeSection[1], config.MropeSection[2]);
        var axes = Enumerable.Range(0, config.HeadDim / 2).Select(j => (j % 3, j / 3) switch
        {
            (1, var turn) when turn < rows => 1,
            (2, var turn) when turn < columns => 2,
            _ => 0,
        });
        return RopeSpec.Plain(config.HeadDim, config.RopeTheta) with { AxisOfFrequency = axes.ToArray() };
    }

    /// <summary>The first half of the frequencies follows the row, the second, with the same values, the column.</summary>
    public static RopeSpec Vision(int headDim)
    {
        var frequencies = RopeSpec.Plain(headDim / 2, VisionTheta).InverseFrequencies;
        var axes = new int[headDim / 2];
        axes.AsSpan(frequencies.Length).Fill(1);
        return new RopeSpec((float[])[.. frequencies.Span, .. frequencies.Span], axes);
    }
}
