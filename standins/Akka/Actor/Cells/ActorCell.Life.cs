using Akka.Event;

namespace Akka.Actor.Cells;

/// <summary>Start, failure, restart and stop.</summary>
internal sealed partial class ActorCell
{
    private bool _failed;
    private bool _terminating;
    private Exception _recreating;
    private object _lastMessage;
    private TimerScheduler _timers;
    private ActorStash _stash;

    private static SystemMessage.Suspend SuspendMessage { get; } = new();

    public void InvokeSystem(SystemMessage message)
    {
        switch (message)
        {
            case SystemMessage.Create:
                RunAs(default, Start);
                break;
            case SystemMessage.Recreate recreate:
                Recreate(recreate.Cause);
                break;
            case SystemMessage.Suspend:
                Mailbox.Suspend();
                TellChildren(SuspendMessage);
                break;
            case SystemMessage.Resume resume:
                Resume(resume);
                break;
            case SystemMessage.Terminate:
                Terminate();
                break;
            case SystemMessage.Failed failed:
                RunAs(default, () => HandleFailure(failed));
                break;
            case SystemMessage.Watch watch:
                AddWatcher(watch);
                break;
            case SystemMessage.Unwatch unwatch:
                _watchedBy.Remove(unwatch.Watcher);
                break;
            case SystemMessage.DeathWatchNotification notification:
                Notified(notification);
                break;
            case SystemMessage.RunContinuation continuation:
                RunAs(continuation.Origin, continuation.Body);
                break;
        }
    }

    /// <summary>Takes an exception of the actor's code to the parent; the actor waits for its decision.</summary>
    public void Fail(Exception cause)
    {
        if (_terminating || IsTerminated)
        {
            Report(cause);
            return;
        }

        if (_failed)
            return;
        _failed = true;
        _lastMessage = _envelope.Message;
        Mailbox.Suspend();
        TellChildren(SuspendMessage);
        Parent.SendSystemMessage(new SystemMessage.Failed(Self, cause));
    }

    private void Start()
    {
        CreateInstance();
        try
        {
            _actor.AroundPreStart();
        }
        catch (Exception cause)
        {
            throw new ActorInitializationException(Self, $"Exception during creation of {Self}", cause);
        }

        StartReceiveTimeout();
    }

    private void CreateInstance()
    {
        try
        {
            _behaviors.Clear();
            _actor = Props.NewActor() ?? throw new ActorInitializationException(Self, "Actor instance passed to ActorOf can't be 'null'");
        }
        catch (Exception cause) when (cause is not ActorInitializationException)
        {
            throw new ActorInitializationException(Self, $"Exception during creation of {Self}: {cause.Message}", cause);
        }

        _actor.Constructed();
        if (_actor is IActorStash stashing)
            stashing.Stash = _stash = new ActorStash(this);
        if (_actor is IWithTimers timed)
            timed.Timers = _timers = new TimerScheduler(this);
    }

    private void Recreate(Exception cause)
    {
        if (_terminating || IsTerminated)
            return;
        if (!_failed)
        {
            _failed = true;
            if (!Mailbox.IsSuspended)
                Mailbox.Suspend();
        }

        if (_actor is { } failed)
        {
            var message = _lastMessage;
            RunQuietly(() => failed.AroundPreRestart(cause, message), inner => new PreRestartException(Self, inner, cause, message));
            ReleaseInstance();
        }

        _recreating = cause;
        if (!AnyChildStopping())
            FinishRecreate();
    }

    private void FinishRecreate()
    {
        var cause = _recreating;
        var survivors = AllChildStats();
        _recreating = null;
        _failed = false;
        RunAs(default, () =>
        {
            CreateInstance();
            try
            {
                _actor.AroundPostRestart(cause, null);
            }
            catch (Exception inner)
            {
                throw new PostRestartException(Self, inner, cause);
            }

            StartReceiveTimeout();
        });
        foreach (var child in survivors)
            child.Ref.SendSystemMessage(new SystemMessage.Recreate(cause));
        Mailbox.Resume();
    }

    private void Resume(SystemMessage.Resume resume)
    {
        if (resume.Cause is not null)
            _failed = false;
        Mailbox.Resume();
        TellChildren(new SystemMessage.Resume(null));
    }

    private void Terminate()
    {
        if (_terminating)
            return;
        _terminating = true;
        CancelReceiveTimeout();
        Mailbox.Suspend();
        foreach (var child in GetChildren())
            Stop(child);
        if (ChildCount == 0)
            FinishTerminate();
    }

    private void FinishTerminate()
    {
        if (_actor is { } actor)
            RunQuietly(actor.AroundPostStop, inner => inner);
        ReleaseInstance();
        IsTerminated = true;
        UnwatchAll();
        Mailbox.Close();
        Dispatcher.Detach(this);
        var end = new SystemMessage.DeathWatchNotification(Self, ExistenceConfirmed: true);
        foreach (var watcher in _watchedBy)
            watcher.SendSystemMessage(end);
        if (!_watchedBy.Contains(Parent))
            Parent.SendSystemMessage(end);
    }

    /// <summary>Timers end with the instance; what it stashed goes back to the mailbox.</summary>
    private void ReleaseInstance()
    {
        _timers?.CancelAll();
        _stash?.UnstashAll();
        _actor = null;
        (_timers, _stash) = (null, null);
        CancelReceiveTimeout();
        ReceiveTimeout = null;
    }

    private void RunQuietly(Action body, Func<Exception, Exception> describe) => RunAs(_envelope, () =>
    {
        try
        {
            body();
        }
        catch (Exception inner)
        {
            Report(describe(inner));
        }
    });

    private void Report(Exception cause) =>
        _system.EventStream.Publish(new Error(cause, Self.Path.ToString(), ActorType, cause.Message));
}
