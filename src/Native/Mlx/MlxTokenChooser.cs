using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Native.Mlx;

/// <summary>
/// What <see cref="TokenChooser"/> does, as a graph over all rows at once. Sums are Float32, so that a token at the border of a filter or
/// of a draw may fall on its other side.
/// </summary>
internal sealed class MlxTokenChooser(MlxGraph graph)
{
    /// <summary><c>[R, V] → [R]</c> Int32.</summary>
    public MlxArray Choose(MlxArray logits, int vocabulary, ReadOnlySpan<TokenDraw?> draws)
    {
        var best = graph.Max(logits);
        var chosen = AnyDraw(draws) ? Drawn(graph.Subtract(logits, best), vocabulary, draws) : graph.ArgMax(logits);
        var largest = graph.Reshape(best, draws.Length);
        // What is not a number is neither.
        var isFinite = graph.LogicalAnd(
            graph.Less(largest, graph.Number(float.PositiveInfinity)), graph.Greater(largest, graph.Number(float.NegativeInfinity)));
        return graph.Where(isFinite, chosen, graph.Integer(TokenChooser.None));
    }

    private static bool AnyDraw(ReadOnlySpan<TokenDraw?> draws)
    {
        foreach (var draw in draws)
        {
            if (draw is not null)
            {
                return true;
            }
        }
        return false;
    }

    /// <param name="logits">Relative to the best of each row, which is 0.</param>
    private MlxArray Drawn(MlxArray logits, int vocabulary, ReadOnlySpan<TokenDraw?> draws)
    {
        var scaled = graph.Divide(logits, Column(draws, draw => draw?.Filters.Temperature ?? 1));
        var weights = KeptWeights(scaled, Floor(scaled, vocabulary, draws));
        var sums = graph.SumsUpTo(weights);
        var whole = graph.Slice(sums, [0, vocabulary - 1], [draws.Length, vocabulary]);
        var point = graph.Multiply(whole, Column(draws, draw => (float)(draw?.Unit ?? 0)));
        var isBehind = graph.LogicalAnd(graph.Greater(sums, point), graph.Greater(weights, graph.Number(0)));
        // The first behind the point. Rounding may leave none; then the best.
        var isBest = graph.Where(graph.GreaterEqual(scaled, graph.Number(0)), graph.Number(1), graph.Number(0));
        return graph.ArgMax(graph.Where(isBehind, graph.Number(2), isBest));
    }

    private MlxArray KeptWeights(MlxArray logits, MlxArray floor) =>
        graph.Where(graph.GreaterEqual(logits, floor), graph.Exp(logits), graph.Number(0));

    /// <summary><c>[R, 1]</c>: the logits below it are left out. A row without a draw keeps its best alone.</summary>
    private MlxArray Floor(MlxArray logits, int vocabulary, ReadOnlySpan<TokenDraw?> draws)
    {
        var floor = Column(draws, draw => draw is not var (filters, _) ? 0
            : filters.MinP is { } min ? LogitsFilters.MinPFloor(min)
            : float.NegativeInfinity);
        var (anyTopK, anyTopP) = (false, false);
        foreach (var draw in draws)
        {
            anyTopK |= draw?.Filters.TopK is not null;
            anyTopP |= draw?.Filters.TopP is not null;
        }
        if (!anyTopK && !anyTopP)
        {
            return floor;
        }
        var ascending = graph.Sorted(logits);
        var topK = anyTopK ? graph.At(ascending, Borders(draws, vocabulary)) : graph.Number(float.NegativeInfinity);
        floor = graph.Maximum(floor, topK);
        return anyTopP ? graph.Maximum(floor, NucleusFloor(ascending, topK, draws)) : floor;
    }

    /// <summary>Where, among ascending numbers, the least of the k largest of each row is; the first without such a filter.</summary>
    private MlxArray Borders(ReadOnlySpan<TokenDraw?> draws, int vocabulary)
    {
        var borders = new int[draws.Length];
        for (var row = 0; row < borders.Length; row++)
        {
            borders[row] = vocabulary - Math.Min(draws[row]?.Filters.TopK ?? vocabulary, vocabulary);
        }
        return graph.FromMemory<int>(borders, MlxDType.Int32, borders.Length, 1);
    }

    /// <summary>The least logit before which, from the best on, there is not yet enough.</summary>
    /// <param name="topK">What the filter before has left begins here.</param>
    private MlxArray NucleusFloor(MlxArray ascending, MlxArray topK, ReadOnlySpan<TokenDraw?> draws)
    {
        var weights = KeptWeights(ascending, topK);
        var wanted = graph.Multiply(graph.Sum(weights), Column(draws, draw => (float)(draw?.Filters.TopP ?? double.PositiveInfinity)));
        return graph.Min(graph.Where(graph.Less(graph.SumsBehind(weights), wanted), ascending, graph.Number(0)));
    }

    private MlxArray Column(ReadOnlySpan<TokenDraw?> draws, Func<TokenDraw?, float> valueOf)
    {
        var values = new float[draws.Length];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = valueOf(draws[row]);
        }
        return graph.FromMemory<float>(values, MlxDType.Float32, values.Length, 1);
    }
}
