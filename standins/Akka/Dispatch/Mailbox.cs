using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Cells;

namespace Akka.Dispatch;

/// <summary>
/// The queues of one actor. At most one thread runs it at a time: whoever moves it from idle to scheduled. System
/// messages go first, and are handled while user messages are suspended too.
/// </summary>
internal sealed class Mailbox(ActorCell cell, MessageDispatcher dispatcher) : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Scheduled = 1;

    private readonly ConcurrentQueue<Envelope> _messages = new();
    private readonly ConcurrentQueue<SystemMessage> _systemMessages = new();
    private readonly LinkedList<Envelope> _first = new();
    private volatile int _firstCount;
    private volatile int _suspended;
    private volatile bool _closed;
    private int _state;

    public bool IsSuspended => _suspended > 0;

    private bool HasWork => !_systemMessages.IsEmpty || ((!IsSuspended || _closed) && (_firstCount > 0 || !_messages.IsEmpty));

    public void Post(Envelope envelope)
    {
        _messages.Enqueue(envelope);
        Schedule();
    }

    public void PostSystem(SystemMessage message)
    {
        _systemMessages.Enqueue(message);
        Schedule();
    }

    /// <summary>Puts messages before all others. For the cell's own thread.</summary>
    public void PutFirst(IReadOnlyList<Envelope> envelopes)
    {
        for (var i = envelopes.Count - 1; i >= 0; i--)
            _first.AddFirst(envelopes[i]);
        _firstCount = _first.Count;
        Schedule();
    }

    public void Suspend() => _suspended++;

    public void Resume()
    {
        if (_suspended > 0)
            _suspended--;
    }

    /// <summary>From here on messages become dead letters.</summary>
    public void Close() => _closed = true;

    public void Execute()
    {
        RunSystem();
        var left = dispatcher.Throughput;
        while (left-- > 0 && (!IsSuspended || _closed) && TryTake(out var envelope))
        {
            if (_closed)
                cell.System.DeadLetterRef.Publish(envelope.Message, envelope.Sender, cell.Self);
            else
                cell.Invoke(envelope);
            RunSystem();
        }

        Volatile.Write(ref _state, Idle);
        Interlocked.MemoryBarrier();
        Schedule();
    }

    private void RunSystem()
    {
        while (_systemMessages.TryDequeue(out var message))
            cell.InvokeSystem(message);
    }

    private bool TryTake(out Envelope envelope)
    {
        if (_first.First is not { } first)
            return _messages.TryDequeue(out envelope);
        envelope = first.Value;
        _first.RemoveFirst();
        _firstCount = _first.Count;
        return true;
    }

    private void Schedule()
    {
        if (!HasWork || Interlocked.CompareExchange(ref _state, Scheduled, Idle) != Idle)
            return;
        if (_closed)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else
            dispatcher.Execute(this);
    }
}
