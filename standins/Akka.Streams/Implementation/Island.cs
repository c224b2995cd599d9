using System.Collections.Concurrent;
using Akka.Actor;

namespace Akka.Streams.Implementation;

/// <summary>
/// One running stream. All signals of its stages, and all calls from outside, run here one after another, so that
/// stages need no locks. A pull is always queued, never called: a push may then pull without growing the stack.
/// </summary>
internal sealed class Island(ActorMaterializerImpl materializer) : IThreadPoolWorkItem
{
    private const int Burst = 256;

    private readonly ConcurrentQueue<Action> _work = new();
    private readonly List<Stage> _stages = [];
    private int _scheduled;

    public ActorMaterializerImpl Materializer { get; } = materializer;

    public IScheduler Scheduler => Materializer.System.Scheduler;

    public void Add(Stage stage) => _stages.Add(stage);

    public void Start() => Post(() =>
    {
        foreach (var stage in _stages)
            stage.Guard(stage.PreStart);
    });

    public void Post(Action work)
    {
        _work.Enqueue(work);
        Schedule();
    }

    /// <summary>The materializer ends before the stream did: nothing runs any more, some stages say so.</summary>
    public void Abort() => Post(() =>
    {
        foreach (var stage in _stages)
            stage.Abort();
    });

    public void Execute()
    {
        for (var i = 0; i < Burst && _work.TryDequeue(out var work); i++)
            work();
        Volatile.Write(ref _scheduled, 0);
        Interlocked.MemoryBarrier();
        Schedule();
    }

    private void Schedule()
    {
        if (!_work.IsEmpty && Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
