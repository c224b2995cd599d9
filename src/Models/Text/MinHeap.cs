namespace MlxActors.Models.Text;

/// <summary>A binary heap of numbers in memory that the caller lends; the smallest comes first.</summary>
internal ref struct MinHeap(Span<ulong> memory)
{
    private readonly Span<ulong> _items = memory;
    private int _count;

    public void Push(ulong item)
    {
        var hole = _count++;
        while (hole > 0 && _items[(hole - 1) / 2] is var parent && item < parent)
        {
            _items[hole] = parent;
            hole = (hole - 1) / 2;
        }
        _items[hole] = item;
    }

    public bool TryPop(out ulong smallest)
    {
        if (_count == 0)
        {
            smallest = 0;
            return false;
        }
        smallest = _items[0];
        var last = _items[--_count];
        var hole = 0;
        while (2 * hole + 1 is var child && child < _count)
        {
            if (child + 1 < _count && _items[child + 1] < _items[child])
            {
                child++;
            }
            if (last <= _items[child])
            {
                break;
            }
            _items[hole] = _items[child];
            hole = child;
        }
        _items[hole] = last;
        return true;
    }
}
