using System.Numerics.Tensors;

namespace MlxActors.Native.Tensors.Choosing;

/// <summary>
/// The filters, as in transformers' <c>generation/logits_process.py</c>, except that tokens of equal logits share one fate, so that no
/// result depends on the order of the vocabulary.
/// </summary>
internal static class LogitsFilters
{
    /// <summary>By how much each round of <see cref="TopP"/> widens the head, in logits (a factor of about 3,000).</summary>
    private const float NucleusStride = 8;

    /// <summary>Below it a Float32 exponential is zero.</summary>
    private const float LeastLogit = -104;

    /// <summary>All that are set, in transformers' order.</summary>
    public static void Apply(TokenFilters filters, Candidates candidates)
    {
        if (filters.Temperature != 1)
        {
            Temperature(candidates, filters.Temperature);
        }
        if (filters.TopK is { } k)
        {
            TopK(candidates, k);
        }
        if (filters.TopP is { } p)
        {
            TopP(candidates, p);
        }
        if (filters.MinP is { } min)
        {
            candidates.KeepFrom(MinPFloor(min));
        }
    }

    /// <summary>The relative logit from which on tokens are at least <paramref name="p"/> times as likely as the most likely one.</summary>
    public static float MinPFloor(double p) => (float)Math.Log(Math.Min(p, 1));

    private static void Temperature(Candidates candidates, float temperature) =>
        TensorPrimitives.Divide(candidates.Logits, temperature, candidates.Logits);

    /// <summary>The <paramref name="k"/> most likely tokens, found in one pass with a heap of k numbers.</summary>
    private static void TopK(Candidates candidates, int k)
    {
        if (k < candidates.Count)
        {
            candidates.KeepFrom(NthLargest(candidates.Logits, k, candidates.Heap));
        }
    }

    /// <summary>The fewest most likely tokens that hold <paramref name="p"/> of the probability; at least one.</summary>
    private static void TopP(Candidates candidates, double p)
    {
        TensorPrimitives.Exp<float>(candidates.Logits, candidates.Scratch);
        var wanted = p * Sum(candidates.Scratch);
        // Only the head of the distribution is ever sorted: widen it until it holds enough.
        for (var floor = -NucleusStride; ; floor -= NucleusStride)
        {
            var head = Head(candidates, floor);
            if (floor < LeastLogit || Mass(head) >= wanted)
            {
                candidates.KeepFrom(NucleusEnd(head, wanted));
                return;
            }
        }
    }

    private static float NthLargest(ReadOnlySpan<float> values, int n, PriorityQueue<float, float> heap)
    {
        heap.Clear();
        var smallest = float.NegativeInfinity;
        foreach (var value in values)
        {
            if (heap.Count < n)
            {
                heap.Enqueue(value, value);
                smallest = heap.Peek();
            }
            else if (value > smallest)
            {
                heap.EnqueueDequeue(value, value);
                smallest = heap.Peek();
            }
        }
        return smallest;
    }

    private static Span<float> Head(Candidates candidates, float floor)
    {
        var scratch = candidates.Scratch;
        var count = 0;
        foreach (var logit in candidates.Logits)
        {
            if (logit >= floor)
            {
                scratch[count++] = logit;
            }
        }
        return scratch[..count];
    }

    private static double Mass(ReadOnlySpan<float> logits)
    {
        var mass = 0.0;
        foreach (var logit in logits)
        {
            mass += MathF.Exp(logit);
        }
        return mass;
    }

    private static double Sum(ReadOnlySpan<float> weights)
    {
        var sum = 0.0;
        foreach (var weight in weights)
        {
            sum += weight;
        }
        return sum;
    }

    private static float NucleusEnd(Span<float> head, double wanted)
    {
        head.Sort();
        var mass = 0.0;
        for (var i = head.Length - 1; i > 0; i--)
        {
            mass += MathF.Exp(head[i]);
            if (mass >= wanted)
            {
                return head[i];
            }
        }
        return head[0];
    }
}
