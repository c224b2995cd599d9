using System.Numerics.Tensors;
using MlxActors.Generation.Constraints.Masks;

namespace MlxActors.Generation.Sampling;

/// <summary>Chooses tokens, with buffers shared by all sequences of an engine; what it chooses depends on its arguments alone.</summary>
public sealed class Sampler
{
    private readonly Candidates _candidates = new();
    private float[] _adjusted = [];

    /// <summary>The next token of an answer.</summary>
    /// <param name="logits">One row, <c>[V]</c>.</param>
    /// <param name="index">Tokens of the answer so far: the draw's counter, so that a seed gives the same answer in any batch.</param>
    /// <param name="history">For requests that adjust the logits by what has been said.</param>
    /// <param name="mask">For answers that must take some form: no other token is chosen, whatever the logits and the biases say.</param>
    /// <exception cref="NotFiniteNumberException">The logits hold no number to choose by.</exception>
    public int Next(ReadOnlySpan<float> logits, SamplingPolicy policy, int index, TokenHistory? history = null, TokenMask? mask = null)
    {
        var best = TensorPrimitives.IndexOfMax(logits);
        if (!float.IsFinite(logits[best]))
        {
            throw new NotFiniteNumberException("the model's logits are not finite", logits[best]);
        }
        if (history is not null || mask is not null)
        {
            logits = Adjusted(logits, history, mask);
            best = TensorPrimitives.IndexOfMax(logits);
        }
        return policy is SamplingPolicy.Draw draw ? Draw(logits, draw, index) : best;
    }

    private Span<float> Adjusted(ReadOnlySpan<float> logits, TokenHistory? history, TokenMask? mask)
    {
        if (_adjusted.Length < logits.Length)
        {
            _adjusted = new float[logits.Length];
        }
        var adjusted = _adjusted.AsSpan(0, logits.Length);
        logits.CopyTo(adjusted);
        history?.Adjust(adjusted);
        mask?.Apply(adjusted);
        return adjusted;
    }

    private int Draw(ReadOnlySpan<float> logits, SamplingPolicy.Draw draw, int index)
    {
        _candidates.Load(logits);
        foreach (var filter in draw.Filters)
        {
            filter(_candidates);
        }
        var weights = _candidates.Scratch;
        TensorPrimitives.Exp<float>(_candidates.Logits, weights);
        return _candidates.Ids[Pick(weights, CounterRandom.Unit(draw.Seed, (ulong)index))];
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
