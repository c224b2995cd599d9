namespace MlxActors.Native.Tensors;

/// <summary>Positions, caches and attention.</summary>
internal static partial class Operands
{
    /// <returns>Rows of the table, and half its columns.</returns>
    public static (int Rows, int Half) OfRopeTable(ReadOnlySpan<int> positions, int axes, RopeSpec spec)
    {
        const string Operation = nameof(IBackend.RopeTable);
        var half = spec.InverseFrequencies.Length;
        if (axes < 1 || positions.Length % axes != 0)
        {
            throw new TensorException(Operation, $"positions for {axes} axes", $"{positions.Length}");
        }
        if (!spec.AxisOfFrequency.IsEmpty && spec.AxisOfFrequency.Length != half)
        {
            throw new TensorException(Operation, $"{half} axes of frequencies", $"{spec.AxisOfFrequency.Length}");
        }
        foreach (var axis in spec.AxisOfFrequency.Span)
        {
            if ((uint)axis >= (uint)axes)
            {
                throw new TensorException(Operation, $"axes below {axes}", $"{axis}");
            }
        }
        return (positions.Length / axes, half);
    }

    public static void OfRope(Tensor x, Tensor table)
    {
        const string Operation = nameof(IBackend.Rope);
        RequireFloat32(Operation, nameof(x), x);
        if (x.Shape.Rank != 3 || x.Shape[2] % 2 != 0)
        {
            throw new TensorException(Operation, "x of shape (R, H, D), D even", x.ToString());
        }
        RequireShape(Operation, nameof(table), table, new Shape(x.Shape[0], x.Shape[2]));
    }

    public static void OfKvCache(KvCacheSpec spec)
    {
        if (spec is not { KvHeads: > 0, HeadDim: > 0, Window: null or > 0 })
        {
            throw new TensorException(nameof(IBackend.NewKvCache), "heads, a head dimension and a window above 0", spec.ToString());
        }
    }

    /// <typeparam name="TCache">The backend's own kind of cache.</typeparam>
    public static void OfAttention<TCache>(Tensor q, Tensor? k, Tensor? v, ReadOnlySpan<KvCache> caches, StepLayout layout)
        where TCache : KvCache
    {
        const string Operation = nameof(IBackend.Attention);
        RequireFloat32(Operation, nameof(q), q);
        if (q.Shape.Rank != 3 || q.Shape[0] != layout.Rows)
        {
            throw new TensorException(Operation, $"{nameof(q)} of shape ({layout.Rows}, H, D)", q.ToString());
        }
        if (caches.Length != layout.Sequences.Length)
        {
            throw new TensorException(Operation, $"{layout.Sequences.Length} caches", $"{caches.Length}");
        }
        if (k is null != v is null)
        {
            throw new TensorException(Operation, "both keys and values, or neither", k is null ? "values alone" : "keys alone");
        }
        if (caches.IsEmpty)
        {
            return;
        }
        var spec = caches[0].Spec;
        foreach (var cache in caches)
        {
            if (cache is not TCache || cache.Spec.HeadDim != q.Shape[2] || cache.Spec.KvHeads != spec.KvHeads)
            {
                throw new TensorException(
                    Operation, $"{typeof(TCache).Name}s for {spec.KvHeads} heads of {q.Shape[2]}", $"{cache.GetType().Name} {cache.Spec}");
            }
        }
        RequireGroups(Operation, q, spec.KvHeads);
        if (k is { } keys && v is { } values)
        {
            RequireShape(Operation, nameof(k), keys, new Shape(q.Shape[0], spec.KvHeads, spec.HeadDim));
            RequireShape(Operation, nameof(v), values, keys.Shape);
        }
    }

    /// <param name="start">The first position that the cache holds when the rows attend.</param>
    public static void OfCachedRows(
        KvCache cache, int start, SequenceRows rows, bool appends, int? window, ReadOnlySpan<int> visibleEnds)
    {
        const string Operation = nameof(IBackend.Attention);
        var length = rows.Offset + rows.Rows;
        var held = appends ? rows.Offset : length;
        if (cache.Length != held)
        {
            throw new TensorException(Operation, $"a cache of {held} tokens", $"{cache.Length}");
        }
        for (var row = 0; row < rows.Rows; row++)
        {
            var end = visibleEnds[rows.FirstRow + row];
            if (end <= rows.Offset + row || end > length)
            {
                throw new TensorException(
                    Operation, $"a row at {rows.Offset + row} that sees itself and at most {length} keys", $"{end}");
            }
        }
        var first = FirstVisible(rows.Offset, window);
        if (rows.Rows > 0 && first < start)
        {
            throw new TensorException(Operation, $"keys from {start} on, which the cache still holds", $"{first}");
        }
    }

    /// <summary>The first key that a token sees.</summary>
    public static int FirstVisible(int position, int? window) => window is { } width ? Math.Max(0, position - width + 1) : 0;

    public static void OfSelfAttention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<int> segmentEnds)
    {
        const string Operation = nameof(IBackend.SelfAttention);
        RequireFloat32(Operation, nameof(q), q);
        RequireFloat32(Operation, nameof(k), k);
        if (q.Shape.Rank != 3 || k.Shape.Rank != 3 || k.Shape[0] != q.Shape[0] || k.Shape[2] != q.Shape[2])
        {
            throw new TensorException(Operation, "q and k of shape (R, H, D)", $"{q}, {k}");
        }
        RequireShape(Operation, nameof(v), v, k.Shape);
        RequireGroups(Operation, q, k.Shape[1]);
        var previous = 0;
        foreach (var end in segmentEnds)
        {
            if (end < previous)
            {
                throw new TensorException(Operation, $"segment ends that rise from {previous}", $"{end}");
            }
            previous = end;
        }
        if (previous != q.Shape[0])
        {
            throw new TensorException(Operation, $"a last segment that ends at {q.Shape[0]}", $"{previous}");
        }
    }

    public static void OfCrossAttention(Tensor q, Tensor k, Tensor v)
    {
        const string Operation = nameof(IBackend.CrossAttention);
        RequireFloat32(Operation, nameof(q), q);
        RequireFloat32(Operation, nameof(k), k);
        if (q.Shape.Rank != 3 || k.Shape.Rank != 3 || k.Shape[0] == 0 || k.Shape[2] != q.Shape[2])
        {
            throw new TensorException(Operation, "q of shape (R, H, D) and k of shape (S, Hkv, D)", $"{q}, {k}");
        }
        RequireShape(Operation, nameof(v), v, k.Shape);
        RequireGroups(Operation, q, k.Shape[1]);
    }

    private static void RequireGroups(string operation, Tensor q, int kvHeads)
    {
        if (kvHeads == 0 || q.Shape[1] % kvHeads != 0)
        {
            throw new TensorException(operation, $"query heads divisible by {kvHeads} key/value heads", q.ToString());
        }
    }
}
