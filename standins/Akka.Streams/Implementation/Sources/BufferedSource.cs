namespace Akka.Streams.Implementation.Sources;

/// <summary>Elements come from outside into a buffer, and leave it on demand.</summary>
internal abstract class BufferedSource<T>(Island island, int bufferSize, OverflowStrategy strategy) : Outlet<T>(island)
{
    private readonly LinkedList<T> _buffer = new();

    protected bool Completing { get; private set; }

    protected bool IsFull => _buffer.Count >= bufferSize;

    protected OverflowStrategy Strategy => strategy;

    protected override void OnPull()
    {
        if (_buffer.First is { } first)
        {
            _buffer.RemoveFirst();
            Push(first.Value);
        }

        Drained();
        if (Completing && _buffer.Count == 0)
            Complete();
    }

    /// <summary>There may be room now.</summary>
    protected virtual void Drained()
    {
    }

    /// <summary>Takes an element in; says whether it was kept.</summary>
    protected bool Accept(T element)
    {
        if (Demanded && _buffer.Count == 0)
        {
            Push(element);
            return true;
        }

        if (IsFull && !MakeRoom())
            return false;
        _buffer.AddLast(element);
        return true;
    }

    protected void CompleteWhenDrained()
    {
        Completing = true;
        if (_buffer.Count == 0)
            Complete();
    }

    private bool MakeRoom()
    {
        switch (strategy)
        {
            case OverflowStrategy.DropHead when _buffer.Count > 0:
                _buffer.RemoveFirst();
                return true;
            case OverflowStrategy.DropTail when _buffer.Count > 0:
                _buffer.RemoveLast();
                return true;
            case OverflowStrategy.DropBuffer when _buffer.Count > 0:
                _buffer.Clear();
                return true;
            case OverflowStrategy.Fail:
                throw new BufferOverflowException($"Buffer overflow (max capacity was: {bufferSize})!");
            default:
                return false;
        }
    }
}
