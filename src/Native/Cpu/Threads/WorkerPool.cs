using System.Runtime.ExceptionServices;

namespace MlxActors.Native.Cpu.Threads;

/// <summary>
/// The threads of a backend. A job is a function over items <c>[0, n)</c> that threads take in blocks; the calling thread takes part.
/// Idle threads spin for a moment, since the next operation mostly follows at once, and then park.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    private const int SpinsBeforePark = 2000;
    private const int Open = 1 << 30;

    private readonly Thread[] _threads;
    private readonly object _parking = new();

    private delegate*<void*, int, int, int, void> _function;
    private void* _context;
    private int _items;
    private int _block;
    private int _next;
    private Exception? _failure;

    // Open while a job takes workers in; the lower bits count the workers inside.
    private int _gate;
    private int _epoch;
    private int _parked;
    private volatile bool _stopping;

    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _threads = new Thread[threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"cpu-{worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of threads, the calling one included.</summary>
    public int Count => _threads.Length + 1;

    /// <summary>Runs the function on blocks of items until all are done; the first exception of any thread is thrown here.</summary>
    public void Run(delegate*<void*, int, int, int, void> function, void* context, int items, int block)
    {
        if (_threads.Length == 0 || items <= block)
        {
            function(context, 0, items, 0);
            return;
        }
        _function = function;
        _context = context;
        (_items, _block, _next) = (items, block, 0);
        Volatile.Write(ref _gate, Open);
        Interlocked.Increment(ref _epoch);
        if (Volatile.Read(ref _parked) > 0)
        {
            lock (_parking)
            {
                Monitor.PulseAll(_parking);
            }
        }
        TakeBlocks(worker: 0);
        Interlocked.And(ref _gate, ~Open);
        var spin = new SpinWait();
        while (Volatile.Read(ref _gate) != 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
        if (Interlocked.Exchange(ref _failure, null) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        Interlocked.Increment(ref _epoch);
        lock (_parking)
        {
            Monitor.PulseAll(_parking);
        }
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void Work(int worker)
    {
        var seen = 0;
        while (!_stopping)
        {
            seen = AwaitNext(seen);
            if (TryEnter())
            {
                TakeBlocks(worker);
                Interlocked.Decrement(ref _gate);
            }
        }
    }

    private int AwaitNext(int seen)
    {
        for (var i = 0; i < SpinsBeforePark; i++)
        {
            if (Volatile.Read(ref _epoch) is var epoch && epoch != seen)
            {
                return epoch;
            }
            Thread.SpinWait(8);
        }
        lock (_parking)
        {
            Interlocked.Increment(ref _parked);
            while (Volatile.Read(ref _epoch) == seen)
            {
                Monitor.Wait(_parking);
            }
            Interlocked.Decrement(ref _parked);
        }
        return Volatile.Read(ref _epoch);
    }

    private bool TryEnter()
    {
        while (true)
        {
            var gate = Volatile.Read(ref _gate);
            if ((gate & Open) == 0)
            {
                return false;
            }
            if (Interlocked.CompareExchange(ref _gate, gate + 1, gate) == gate)
            {
                return true;
            }
        }
    }

    private void TakeBlocks(int worker)
    {
        try
        {
            while (true)
            {
                var first = Interlocked.Add(ref _next, _block) - _block;
                if (first >= _items)
                {
                    return;
                }
                _function(_context, first, Math.Min(first + _block, _items), worker);
            }
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            Volatile.Write(ref _next, _items);
        }
    }
}
