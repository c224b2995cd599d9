namespace MlxActors.Native.Cpu.Memory;

/// <summary>
/// Temporaries, one behind the other in blocks that are kept for the next step. A mark is a block's index and an offset in it;
/// going back to a mark frees everything made since.
/// </summary>
internal sealed class Arena(long blockLength = 32L << 20) : IDisposable
{
    private const int OffsetBits = 44;

    private readonly List<NativeBlock> _blocks = [];
    private int _current;
    private long _used;

    public long Mark => ((long)_current << OffsetBits) | _used;

    /// <summary>Native memory held, in bytes.</summary>
    public long Bytes => _blocks.Sum(block => block.Length);

    public bool Holds(NativeBlock block) => _blocks.Contains(block);

    public (NativeBlock Block, long Offset) Allocate(long length)
    {
        var size = NativeBlock.Align(Math.Max(length, 1));
        while (_current < _blocks.Count && _used + size > _blocks[_current].Length)
        {
            _current++;
            _used = 0;
        }
        if (_current == _blocks.Count)
        {
            _blocks.Add(new NativeBlock(Math.Max(blockLength, size)));
        }
        var offset = _used;
        _used += size;
        return (_blocks[_current], offset);
    }

    public void Rewind(long mark)
    {
        if (mark < 0 || mark > Mark)
        {
            throw new InvalidOperationException("tensor scopes end in the reverse order of their beginning");
        }
        _current = (int)(mark >> OffsetBits);
        _used = mark & ((1L << OffsetBits) - 1);
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            block.Dispose();
        }
        _blocks.Clear();
    }
}
