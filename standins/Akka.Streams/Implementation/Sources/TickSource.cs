using Akka.Actor;

namespace Akka.Streams.Implementation.Sources;

/// <summary>An element at each tick; ticks without demand are lost.</summary>
internal sealed class TickSource<T> : Outlet<T>
{
    private readonly TimeSpan _initialDelay;
    private readonly TimeSpan _interval;
    private readonly T _element;

    public TickSource(Island island, TimeSpan initialDelay, TimeSpan interval, T element)
        : base(island)
    {
        (_initialDelay, _interval, _element) = (initialDelay, interval, element);
        var handle = new Cancelable(island.Scheduler);
        handle.Token.Register(() => Call(Complete));
        Handle = handle;
    }

    public ICancelable Handle { get; }

    public override void PreStart() => Every(_initialDelay, _interval, Tick);

    protected override void OnPull()
    {
    }

    private void Tick()
    {
        if (Demanded)
            Push(_element);
    }
}
