using MlxActors.Native.Mlx.Handles;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>
/// Keys and values in an array each, <c>[1, Hkv, capacity, D]</c>, with room that is written in place. Forks hold the same arrays; MLX
/// writes into a copy as long as somebody else holds one. What a window has passed is left behind when the room is used up.
/// </summary>
internal sealed class MlxKvCache(KvCacheSpec spec) : KvCache
{
    /// <summary>Tokens by which room grows where all are kept: growing copies them.</summary>
    private const int Block = 256;

    /// <summary>Tokens by which room grows where a window forgets: all that lies behind the window is held so long.</summary>
    private const int WindowedBlock = 32;

    private ArrayHandle? _keys;
    private ArrayHandle? _values;
    private int _start;
    private int _count;
    private int _capacity;
    private bool _disposed;

    public override KvCacheSpec Spec { get; } = spec;

    public override int Length => _start + _count;

    public override int Start => _start;

    public override long Bytes => BytesOf(_capacity);

    /// <summary>What has to be computed before the cache depends on no graph.</summary>
    public IEnumerable<MlxArray> Arrays => _keys is { } keys && _values is { } values && !_disposed ? [keys.Array, values.Array] : [];

    public override long BytesFor(int tokens, int step) =>
        BytesOf(Spec.Window is { } window ? Math.Min(RoundUp(tokens), RoundUp(window - 1 + step)) : RoundUp(tokens));

    /// <summary><see cref="Start"/> once so many tokens are appended.</summary>
    public int StartAfter(int rows) => _count + rows <= _capacity ? _start : Math.Max(_start, Operands.FirstVisible(Length, Spec.Window));

    public override KvCache? Fork(int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        if (Operands.FirstVisible(length, Spec.Window) < _start)
        {
            return null;
        }
        var fork = new MlxKvCache(Spec) { _start = _start, _count = length - _start };
        if (_keys is { } keys && _values is { } values && length > _start)
        {
            (fork._keys, fork._values) = (ArrayHandle.Share(keys.Array), ArrayHandle.Share(values.Array));
            fork._capacity = _capacity;
        }
        return fork;
    }

    /// <summary>Appends rows <c>[1, Hkv, L, D]</c>.</summary>
    public void Append(MlxGraph graph, MlxArray keys, MlxArray values, int rows)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_count + rows <= _capacity)
        {
            Put(Written(graph, _keys!.Array, keys, rows), Written(graph, _values!.Array, values, rows));
        }
        else
        {
            var dropped = StartAfter(rows) - _start;
            var capacity = RoundUp(_count - dropped + rows);
            Put(Moved(graph, _keys, keys, rows, dropped, capacity), Moved(graph, _values, values, rows, dropped, capacity));
            (_start, _count, _capacity) = (_start + dropped, _count - dropped, capacity);
        }
        _count += rows;
    }

    /// <summary>Keys and values from a position on: <c>[1, Hkv, S, D]</c>.</summary>
    public (MlxArray Keys, MlxArray Values) From(MlxGraph graph, int position)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return (Part(graph, _keys!.Array, position - _start), Part(graph, _values!.Array, position - _start));
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _keys?.Dispose();
        _values?.Dispose();
    }

    private int RoundUp(int tokens)
    {
        var block = Spec.Window is null ? Block : WindowedBlock;
        return (tokens + block - 1) / block * block;
    }

    private long BytesOf(int tokens) => 2L * tokens * Spec.KvHeads * Spec.HeadDim * sizeof(float);

    private MlxArray Part(MlxGraph graph, MlxArray array, int first) =>
        graph.Slice(array, [0, 0, first, 0], [1, Spec.KvHeads, _count, Spec.HeadDim]);

    private MlxArray Written(MlxGraph graph, MlxArray array, MlxArray rows, int count) =>
        graph.Replace(array, rows, [0, 0, _count, 0], [1, Spec.KvHeads, _count + count, Spec.HeadDim]);

    /// <summary>What is kept, the new rows, and room behind them.</summary>
    private MlxArray Moved(MlxGraph graph, ArrayHandle? array, MlxArray rows, int count, int dropped, int capacity)
    {
        var parts = new List<MlxArray>();
        if (array is not null && _count > dropped)
        {
            parts.Add(Part(graph, array.Array, dropped));
        }
        parts.Add(rows);
        var room = capacity - (_count - dropped) - count;
        if (room > 0)
        {
            parts.Add(graph.Zeros(1, Spec.KvHeads, room, Spec.HeadDim));
        }
        return graph.Concatenate([.. parts], axis: 2);
    }

    private void Put(MlxArray keys, MlxArray values)
    {
        var (oldKeys, oldValues) = (_keys, _values);
        (_keys, _values) = (ArrayHandle.Share(keys), ArrayHandle.Share(values));
        oldKeys?.Dispose();
        oldValues?.Dispose();
    }
}
