using MlxActors.Native.Mlx.Handles;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>Which keys the rows of one attention see, in the words of MLX.</summary>
/// <param name="Array">Bool <c>[L, S]</c> when the mode is "array".</param>
internal readonly record struct MlxMask(string Mode, MlxArray Array)
{
    /// <summary>All rows see all keys.</summary>
    public static MlxMask None { get; } = new("", default);

    /// <summary>The last row sees all keys, each row before it one less.</summary>
    public static MlxMask Causal { get; } = new("causal", default);
}

/// <summary>The masks of a step, made once for all layers that look alike.</summary>
internal sealed class MlxMasks(MlxGraph graph)
{
    private readonly List<(SequenceRows Rows, int First, int? Window, int[] Ends, ArrayHandle Mask)> _masks = [];

    /// <param name="ends">The key before which each of the rows sees.</param>
    /// <param name="first">The first of the keys; the last belongs to the last row.</param>
    public MlxMask Of(SequenceRows rows, ReadOnlySpan<int> ends, int first, int? window)
    {
        var isCut = Operands.FirstVisible(rows.Offset + rows.Rows - 1, window) > first;
        return !isCut && IsCausal(rows, ends) ? (rows.Rows == 1 ? MlxMask.None : MlxMask.Causal)
            : !isCut && ends.IndexOfAnyExcept(rows.Offset + rows.Rows) < 0 ? MlxMask.None
            : new MlxMask("array", Find(rows, ends, first, window) ?? Make(rows, ends, first, window));
    }

    public void Clear()
    {
        _masks.ForEach(entry => entry.Mask.Dispose());
        _masks.Clear();
    }

    private static bool IsCausal(SequenceRows rows, ReadOnlySpan<int> ends)
    {
        for (var row = 0; row < ends.Length; row++)
        {
            if (ends[row] != rows.Offset + row + 1)
            {
                return false;
            }
        }
        return true;
    }

    private MlxArray? Find(SequenceRows rows, ReadOnlySpan<int> ends, int first, int? window)
    {
        foreach (var entry in _masks)
        {
            if (entry.Rows == rows && entry.First == first && entry.Window == window && ends.SequenceEqual(entry.Ends))
            {
                return entry.Mask.Array;
            }
        }
        return null;
    }

    private MlxArray Make(SequenceRows rows, ReadOnlySpan<int> ends, int first, int? window)
    {
        var keys = graph.Range(first, rows.Offset + rows.Rows);
        var mask = graph.Less(keys, graph.FromMemory(ends, MlxDType.Int32, rows.Rows, 1));
        if (window is not null)
        {
            int[] starts = [.. Enumerable.Range(rows.Offset, rows.Rows).Select(position => Operands.FirstVisible(position, window))];
            mask = graph.LogicalAnd(mask, graph.GreaterEqual(keys, graph.FromMemory<int>(starts, MlxDType.Int32, rows.Rows, 1)));
        }
        var handle = ArrayHandle.Share(mask);
        _masks.Add((rows, first, window, ends.ToArray(), handle));
        return handle.Array;
    }
}
