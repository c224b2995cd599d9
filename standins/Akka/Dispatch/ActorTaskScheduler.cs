using System.Runtime.ExceptionServices;
using Akka.Actor;
using Akka.Actor.Cells;

namespace Akka.Dispatch;

/// <summary>Brings the continuations of an async handler back into its actor, with the handler's sender and message.</summary>
public class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;
    private readonly Envelope _origin;

    private ActorTaskScheduler(ActorCell cell, Envelope origin)
    {
        _cell = cell;
        _origin = origin;
    }

    /// <summary>Runs the task; the actor's mailbox waits until it is done, and its failure is the actor's.</summary>
    internal static void Run(ActorCell cell, Func<Task> action)
    {
        var scheduler = new ActorTaskScheduler(cell, cell.CurrentEnvelope);
        cell.Mailbox.Suspend();
        var start = new Task<Task>(action);
        start.RunSynchronously(scheduler);
        var whole = start.Unwrap();
        if (whole.IsCompleted)
            Finish(cell, whole);
        else
            whole.ContinueWith(
                done => scheduler.Post(() => Finish(cell, done)),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                Default);
    }

    protected override IEnumerable<Task> GetScheduledTasks() => null;

    protected override void QueueTask(Task task) => Post(() => TryExecuteTask(task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ActorCell.Current == _cell && TryExecuteTask(task);

    private static void Finish(ActorCell cell, Task done)
    {
        cell.Mailbox.Resume();
        if (done.Exception is { } failure)
            ExceptionDispatchInfo.Throw(failure.InnerExceptions.Count == 1 ? failure.InnerExceptions[0] : failure);
        done.GetAwaiter().GetResult();
    }

    private void Post(Action body) => _cell.Mailbox.PostSystem(new SystemMessage.RunContinuation(body, _origin));
}
