using Akka.Streams.Dsl;
using Akka.Streams.Implementation.Flows;

namespace Akka.Streams;

/// <summary>Ends streams from outside.</summary>
public interface IKillSwitch
{
    /// <summary>Completes downstream and cancels upstream.</summary>
    void Shutdown();

    /// <summary>Fails downstream and cancels upstream.</summary>
    void Abort(Exception cause);
}

public static class KillSwitches
{
    /// <summary>A flow whose materialized value ends that one stream.</summary>
    public static IGraph<FlowShape<T, T>, UniqueKillSwitch> Single<T>() => new Flow<T, T, UniqueKillSwitch>((island, upstream) =>
    {
        UniqueKillSwitch handle = null;
        var stage = new KillFlow<T>(island, upstream, self => handle = new UniqueKillSwitch(self.Shutdown, cause => self.Kill(new AggregateException(cause))));
        return (stage, handle);
    });

    public static SharedKillSwitch Shared(string name) => new(name);

    /// <summary>Ends the stream when the token is cancelled: with completion, or with its exception.</summary>
    public static IGraph<FlowShape<T, T>, NotUsed> AsFlow<T>(this CancellationToken cancellationToken, bool cancelGracefully = false) =>
        new Flow<T, T, NotUsed>((island, upstream) => (
            new KillFlow<T>(island, upstream, stage => Register(stage, cancellationToken, cancelGracefully)), NotUsed.Instance));

    private static void Register<T>(KillFlow<T> stage, CancellationToken cancellationToken, bool cancelGracefully) =>
        cancellationToken.Register(() =>
        {
            if (cancelGracefully)
                stage.Shutdown();
            else
                stage.Kill(new OperationCanceledException(cancellationToken));
        });
}

public sealed class UniqueKillSwitch : IKillSwitch
{
    private readonly Action _shutdown;
    private readonly Action<Exception> _abort;

    internal UniqueKillSwitch(Action shutdown, Action<Exception> abort) => (_shutdown, _abort) = (shutdown, abort);

    public void Shutdown() => _shutdown();

    public void Abort(Exception cause) => _abort(cause);

    public override string ToString() => "SingleKillSwitch";
}

/// <summary>Ends every stream that one of its flows is in, later ones at once.</summary>
public sealed class SharedKillSwitch : IKillSwitch
{
    private readonly TaskCompletionSource _trigger = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;

    internal SharedKillSwitch(string name) => _name = name;

    public void Shutdown() => _trigger.TrySetResult();

    public void Abort(Exception cause) => _trigger.TrySetException(cause);

    public IGraph<FlowShape<T, T>, SharedKillSwitch> Flow<T>() => new Flow<T, T, SharedKillSwitch>(
        (island, upstream) => (new KillFlow<T>(island, upstream, Watch), this));

    public override string ToString() => $"KillSwitch({_name})";

    private void Watch<T>(KillFlow<T> stage) => _trigger.Task.ContinueWith(
        end =>
        {
            if (end.Exception is { } failure)
                stage.Kill(failure);
            else
                stage.Shutdown();
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
