namespace Akka.Streams.Implementation.Flows;

/// <summary>Takes elements in before they are asked for.</summary>
internal sealed class BufferFlow<T>(Island island, Outlet<T> upstream, int size, OverflowStrategy strategy)
    : LinearStage<T, T>(island, upstream)
{
    private readonly LinkedList<T> _buffer = new();
    private bool _last;

    private bool MayPull => strategy != OverflowStrategy.Backpressure || _buffer.Count < size;

    public override void PreStart() => Upstream.Pull();

    protected override void OnPush(T element)
    {
        if (Demanded)
            Push(element);
        else
            Keep(element);
        if (MayPull)
            Upstream.Pull();
    }

    protected override void OnPull()
    {
        if (_buffer.First is { } first)
        {
            _buffer.RemoveFirst();
            Push(first.Value);
        }

        if (_last && _buffer.Count == 0)
            Complete();
        else if (MayPull)
            Upstream.Pull();
    }

    protected override void OnUpstreamComplete()
    {
        _last = true;
        if (_buffer.Count == 0)
            Complete();
    }

    private void Keep(T element)
    {
        if (_buffer.Count < size)
        {
            _buffer.AddLast(element);
            return;
        }

        switch (strategy)
        {
            case OverflowStrategy.DropNew:
                return;
            case OverflowStrategy.DropHead:
                _buffer.RemoveFirst();
                break;
            case OverflowStrategy.DropTail:
                _buffer.RemoveLast();
                break;
            case OverflowStrategy.DropBuffer:
                _buffer.Clear();
                break;
            default:
                throw new BufferOverflowException($"Buffer overflow (max capacity was {size})");
        }

        _buffer.AddLast(element);
    }
}
