using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>
/// Learned positions of a square grid, stretched over an image's grid so that the corners meet, by bilinear interpolation. The
/// table is small and read a few rows at a time, so it is held as plain numbers and blended on the spot.
/// </summary>
/// <param name="Table"><c>[side · side, C]</c>, row by row.</param>
public sealed record Qwen3VlPositions(float[] Table, int Side, int Channels, int Merge)
{
    public static Qwen3VlPositions Load(WeightMap w, IBackend b, Qwen3VlVisionConfig config)
    {
        var (side, channels) = (config.PositionsPerSide, config.HiddenSize);
        var table = w.Embedding(side * side, channels);
        using var scope = b.BeginScope();
        var values = b.View(table.Forward(b, Enumerable.Range(0, side * side).ToArray())).ToArray();
        return new Qwen3VlPositions(values, side, channels, config.SpatialMergeSize);
    }

    /// <summary>A row for each patch of a grid, in the order of <see cref="PatchOrder"/>: <c>[rows · columns, C]</c>.</summary>
    public Tensor Forward(IBackend b, int rows, int columns)
    {
        var embeddings = new float[checked(rows * columns * Channels)];
        var patch = 0;
        foreach (var (row, column) in PatchOrder.Of(rows, columns, Merge))
        {
            Blend(Tap(row, rows), Tap(column, columns), embeddings.AsSpan(patch++ * Channels, Channels));
        }
        return b.FromFloats(embeddings, new Shape(rows * columns, Channels));
    }

    private void Blend((int First, int Second, float Weight) row, (int First, int Second, float Weight) column, Span<float> blend)
    {
        var upper = (Left: (1 - row.Weight) * (1 - column.Weight), Right: (1 - row.Weight) * column.Weight);
        var lower = (Left: row.Weight * (1 - column.Weight), Right: row.Weight * column.Weight);
        var upperLeft = Entry(row.First, column.First);
        var upperRight = Entry(row.First, column.Second);
        var lowerLeft = Entry(row.Second, column.First);
        var lowerRight = Entry(row.Second, column.Second);
        for (var i = 0; i < blend.Length; i++)
        {
            blend[i] = upper.Left * upperLeft[i] + upper.Right * upperRight[i] + lower.Left * lowerLeft[i] + lower.Right * lowerRight[i];
        }
    }

    private ReadOnlySpan<float> Entry(int row, int column) => Table.AsSpan((row * Side + column) * Channels, Channels);

    /// <summary>The two entries of the table around a place along one side, and the weight of the second.</summary>
    private (int First, int Second, float Weight) Tap(int index, int count)
    {
        var place = count == 1 ? 0 : index * ((Side - 1) / (float)(count - 1));
        var first = Math.Min((int)place, Side - 1);
        return (first, Math.Min(first + 1, Side - 1), place - first);
    }
}
