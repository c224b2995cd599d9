namespace Akka.Streams.Implementation.Flows;

internal sealed class SelectFlow<TIn, TOut>(Island island, Outlet<TIn> upstream, Func<TIn, TOut> mapper)
    : LinearStage<TIn, TOut>(island, upstream)
{
    protected override void OnPush(TIn element) => Push(mapper(element));
}

/// <summary>Passes on, changed, the elements for which it is defined.</summary>
internal sealed class CollectFlow<TIn, TOut>(Island island, Outlet<TIn> upstream, Func<TIn, bool> isDefined, Func<TIn, TOut> mapper)
    : LinearStage<TIn, TOut>(island, upstream)
{
    protected override void OnPush(TIn element)
    {
        if (isDefined(element))
            Push(mapper(element));
        else
            Upstream.Pull();
    }
}

internal sealed class SelectManyFlow<TIn, TOut>(Island island, Outlet<TIn> upstream, Func<TIn, IEnumerable<TOut>> mapper)
    : LinearStage<TIn, TOut>(island, upstream)
{
    private IEnumerator<TOut> _current;
    private bool _last;

    protected override void OnPush(TIn element)
    {
        _current = mapper(element).GetEnumerator();
        Next();
    }

    protected override void OnPull() => Next();

    protected override void OnUpstreamComplete()
    {
        _last = true;
        if (_current is null)
            Complete();
    }

    private void Next()
    {
        if (_current?.MoveNext() == true)
        {
            Push(_current.Current);
            return;
        }

        _current?.Dispose();
        _current = null;
        if (_last)
            Complete();
        else
            Upstream.Pull();
    }
}

internal sealed class TakeFlow<T>(Island island, Outlet<T> upstream, long count) : LinearStage<T, T>(island, upstream)
{
    private long _left = count;

    public override void PreStart()
    {
        if (_left <= 0)
            CompleteStage();
    }

    protected override void OnPush(T element)
    {
        _left--;
        Push(element);
        if (_left == 0)
            CompleteStage();
    }
}

internal sealed class TakeWhileFlow<T>(Island island, Outlet<T> upstream, Predicate<T> predicate, bool inclusive)
    : LinearStage<T, T>(island, upstream)
{
    protected override void OnPush(T element)
    {
        var more = predicate(element);
        if (more || inclusive)
            Push(element);
        if (!more)
            CompleteStage();
    }
}

internal sealed class SkipFlow<T>(Island island, Outlet<T> upstream, long count) : LinearStage<T, T>(island, upstream)
{
    private long _left = count;

    protected override void OnPush(T element)
    {
        if (_left-- > 0)
            Upstream.Pull();
        else
            Push(element);
    }
}

/// <summary>The running fold, from its start value on.</summary>
internal sealed class ScanFlow<TIn, TOut>(Island island, Outlet<TIn> upstream, TOut zero, Func<TOut, TIn, TOut> scan)
    : LinearStage<TIn, TOut>(island, upstream)
{
    private TOut _state = zero;
    private bool _started;
    private bool _completed;

    protected override void OnPush(TIn element) => Push(_state = scan(_state, element));

    protected override void OnPull()
    {
        if (_started)
        {
            Upstream.Pull();
            return;
        }

        _started = true;
        Push(_state);
        if (_completed)
            Complete();
    }

    protected override void OnUpstreamComplete()
    {
        _completed = true;
        if (_started)
            Complete();
    }
}

/// <summary>Ends with one more element, or another error, instead of an error.</summary>
internal sealed class RecoverFlow<T>(Island island, Outlet<T> upstream, Func<Exception, Util.Option<T>> recover)
    : LinearStage<T, T>(island, upstream)
{
    private Util.Option<T> _last;

    protected override void OnPush(T element) => Push(element);

    protected override void OnPull()
    {
        if (_last.HasValue)
            Finish();
        else
            Upstream.Pull();
    }

    protected override void OnUpstreamFailure(Exception cause)
    {
        _last = recover(cause);
        if (!_last.HasValue)
            Fail(cause);
        else if (Demanded)
            Finish();
    }

    private void Finish()
    {
        Push(_last.Value);
        Complete();
    }
}

internal sealed class SelectErrorFlow<T>(Island island, Outlet<T> upstream, Func<Exception, Exception> selector)
    : LinearStage<T, T>(island, upstream)
{
    protected override void OnPush(T element) => Push(element);

    protected override void OnUpstreamFailure(Exception cause) => Fail(selector(cause));
}
