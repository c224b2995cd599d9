using System.Collections.Concurrent;
using Akka.Actor.Cells;

namespace Akka.Dispatch;

public interface IRunnable
{
    void Run();
}

/// <summary>Gives mailboxes a thread to run on.</summary>
public abstract class MessageDispatcher
{
    private protected MessageDispatcher(string id, int throughput)
    {
        Id = id;
        Throughput = throughput;
    }

    public string Id { get; }

    /// <summary>How many messages an actor may handle before others get the thread.</summary>
    public int Throughput { get; }

    internal abstract void Execute(IThreadPoolWorkItem work);

    /// <summary>The actor has ended.</summary>
    internal virtual void Detach(ActorCell cell)
    {
    }

    /// <summary>The system has ended.</summary>
    internal virtual void Shutdown()
    {
    }
}

internal sealed class ThreadPoolDispatcher(string id, int throughput) : MessageDispatcher(id, throughput)
{
    internal override void Execute(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}

/// <summary>Threads of its own: one for a pinned actor, several shared ones for a fork-join dispatcher.</summary>
internal sealed class DedicatedThreadDispatcher : MessageDispatcher
{
    private readonly BlockingCollection<IThreadPoolWorkItem> _work = [];
    private readonly bool _pinned;

    public DedicatedThreadDispatcher(string id, int throughput, int threads, bool background, bool pinned)
        : base(id, throughput)
    {
        _pinned = pinned;
        for (var i = 0; i < threads; i++)
            new Thread(Loop) { IsBackground = background, Name = $"{id}-{i + 1}" }.UnsafeStart();
    }

    internal override void Execute(IThreadPoolWorkItem work)
    {
        try
        {
            _work.Add(work);
        }
        catch (InvalidOperationException)
        {
            // Shut down: what is left are dead letters, and anyone may deliver those.
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
        }
    }

    internal override void Detach(ActorCell cell)
    {
        if (_pinned)
            Shutdown();
    }

    internal override void Shutdown() => _work.CompleteAdding();

    private void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work.Execute();
    }
}
