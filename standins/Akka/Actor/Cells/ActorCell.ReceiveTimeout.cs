namespace Akka.Actor.Cells;

/// <summary>The message that tells an actor that nothing came for a while.</summary>
internal sealed partial class ActorCell
{
    private ICancelable _receiveTimeout;

    public TimeSpan? ReceiveTimeout { get; private set; }

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        ReceiveTimeout = timeout;
        CancelReceiveTimeout();
        StartReceiveTimeout();
    }

    private void StartReceiveTimeout()
    {
        if (ReceiveTimeout is { } timeout && !_terminating && _receiveTimeout is null)
            _receiveTimeout = _system.Scheduler.ScheduleTellOnceCancelable(timeout, Self, Actor.ReceiveTimeout.Instance, Self);
    }

    private void CancelReceiveTimeout()
    {
        _receiveTimeout?.Cancel();
        _receiveTimeout = null;
    }
}
