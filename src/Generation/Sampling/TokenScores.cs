using System.Buffers;
using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace MlxActors.Generation.Sampling;

/// <summary>A token and the natural logarithm of its probability.</summary>
public readonly record struct ScoredToken(int Token, float Logprob);

/// <summary>
/// How likely the model itself held a token: by its logits as they are, before penalties, biases, temperature and filters.
/// </summary>
/// <param name="Top">The most likely tokens, best first, whether the chosen one is among them or not.</param>
public sealed record TokenScores(ScoredToken Chosen, ImmutableArray<ScoredToken> Top)
{
    /// <param name="logits">One row, <c>[V]</c>, of which at least one is finite.</param>
    /// <param name="top">How many of the most likely tokens are wanted; of equal ones the first.</param>
    public static TokenScores Of(ReadOnlySpan<float> logits, int token, int top)
    {
        var normalizer = LogSumOfExponentials(logits);
        return new TokenScores(Score(token, logits, normalizer), Best(logits, Math.Min(top, logits.Length), normalizer));
    }

    private static ScoredToken Score(int token, ReadOnlySpan<float> logits, double normalizer) =>
        new(token, (float)(logits[token] - normalizer));

    private static double LogSumOfExponentials(ReadOnlySpan<float> logits)
    {
        var most = TensorPrimitives.Max(logits);
        var rented = ArrayPool<float>.Shared.Rent(logits.Length);
        var weights = rented.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, most, weights);
        TensorPrimitives.Exp<float>(weights, weights);
        var sum = 0.0;
        foreach (var weight in weights)
        {
            sum += weight;
        }
        ArrayPool<float>.Shared.Return(rented);
        return most + Math.Log(sum);
    }

    /// <summary>Insertion into a short sorted list: only a better one than the last gets in.</summary>
    private static ImmutableArray<ScoredToken> Best(ReadOnlySpan<float> logits, int count, double normalizer)
    {
        Span<int> best = stackalloc int[count];
        var found = 0;
        for (var token = 0; token < logits.Length && count > 0; token++)
        {
            if (found == count && logits[token] <= logits[best[^1]])
            {
                continue;
            }
            var place = found == count ? found - 1 : found++;
            while (place > 0 && logits[best[place - 1]] < logits[token])
            {
                best[place] = best[place - 1];
                place--;
            }
            best[place] = token;
        }
        var scored = ImmutableArray.CreateBuilder<ScoredToken>(found);
        foreach (var token in best[..found])
        {
            scored.Add(Score(token, logits, normalizer));
        }
        return scored.MoveToImmutable();
    }
}
