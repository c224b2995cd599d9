namespace Akka.Streams.Implementation.Sources;

/// <summary>The elements of an enumerator that is made when the stream starts.</summary>
internal sealed class EnumerableSource<T>(Island island, IEnumerable<T> elements) : Outlet<T>(island)
{
    private IEnumerator<T> _enumerator;

    public override void PreStart()
    {
        _enumerator = elements.GetEnumerator();
        if (elements is IReadOnlyCollection<T> { Count: 0 })
            Complete();
    }

    protected override void OnPull()
    {
        if (_enumerator.MoveNext())
            Push(_enumerator.Current);
        else
            Complete();
    }

    protected override void End()
    {
        base.End();
        _enumerator?.Dispose();
    }
}

/// <summary>Ends at once: with an error, or without.</summary>
internal sealed class EndedSource<T>(Island island, Exception cause) : Outlet<T>(island)
{
    public override void PreStart()
    {
        if (cause is null)
            Complete();
        else
            Fail(cause);
    }

    protected override void OnPull()
    {
    }
}

internal sealed class NeverSource<T>(Island island) : Outlet<T>(island)
{
    protected override void OnPull()
    {
    }
}

/// <summary>The steps of an async function, until it gives none; a step is asked for when there is demand.</summary>
internal sealed class StepSource<T>(Island island, Func<ValueTask<(bool More, T Element)>> next, Func<ValueTask> stop) : Outlet<T>(island)
{
    protected override async void OnPull()
    {
        try
        {
            var step = await next().ConfigureAwait(false);
            Call(() => Take(step));
        }
        catch (Exception cause)
        {
            Call(() => Fail(cause));
        }
    }

    protected override void End()
    {
        base.End();
        _ = stop?.Invoke();
    }

    private void Take((bool More, T Element) step)
    {
        if (!step.More)
        {
            Complete();
            return;
        }

        Push(step.Element);
    }
}
