using System.Numerics.Tensors;

namespace MlxActors.Native.Tensors.Choosing;

/// <summary>
/// Chooses tokens by logits that lie in the host's memory, with buffers that are used again. What it chooses depends on its arguments
/// alone.
/// </summary>
public sealed class TokenChooser
{
    /// <summary>The answer to logits that hold no number to choose by.</summary>
    public const int None = -1;

    private readonly Candidates _candidates = new();

    /// <summary>
    /// The token for one row of logits <c>[V]</c>; <see cref="None"/> when the largest is not finite, or one of them is not a number.
    /// </summary>
    /// <param name="draw">Null for the most likely token; of equal ones the first.</param>
    public int Choose(ReadOnlySpan<float> logits, TokenDraw? draw)
    {
        var best = TensorPrimitives.IndexOfMax(logits);
        return !float.IsFinite(logits[best]) ? None
            : draw is var (filters, unit) ? Draw(logits, filters, unit)
            : best;
    }

    private int Draw(ReadOnlySpan<float> logits, TokenFilters filters, double unit)
    {
        _candidates.Load(logits);
        LogitsFilters.Apply(filters, _candidates);
        var weights = _candidates.Scratch;
        TensorPrimitives.Exp<float>(_candidates.Logits, weights);
        return _candidates.Ids[Pick(weights, unit)];
    }

    /// <summary>The weight under which the point at <paramref name="unit"/> of the whole falls.</summary>
    private static int Pick(ReadOnlySpan<float> weights, double unit)
    {
        var total = 0.0;
        foreach (var weight in weights)
        {
            total += weight;
        }
        var (left, last) = (unit * total, 0);
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                if (left < weights[i])
                {
                    return i;
                }
                (left, last) = (left - weights[i], i);
            }
        }
        return last;
    }
}
