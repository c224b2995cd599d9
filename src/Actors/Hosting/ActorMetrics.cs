using System.Diagnostics.Metrics;
using MlxActors.Generation;
using MlxActors.Generation.Batching.Prefixes;
using MlxActors.Native;

namespace MlxActors.Actors.Hosting;

/// <summary>Where a request was when its client went away.</summary>
public enum RequestStage
{
    /// <summary>For its model: in the queue, or while the model was loaded.</summary>
    Waiting,

    /// <summary>Its prompt was being tokenized, its media decoded.</summary>
    Preparing,

    /// <summary>Its older messages were being summarised.</summary>
    Summarizing,

    /// <summary>In the engine, before its first token.</summary>
    Prefill,

    Decode,
}

/// <summary>What the actors count, as the meter <see cref="MeterName"/> of System.Diagnostics.Metrics. Thread-safe, as meters are.</summary>
public sealed class ActorMetrics : IDisposable
{
    public const string MeterName = "MlxActors";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _stalled;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _loads;
    private readonly Counter<long> _restarts;
    private readonly UpDownCounter<long> _generations;
    private readonly Counter<long> _prefixHits;
    private readonly Counter<long> _prefixMisses;
    private readonly Counter<long> _prefixTokens;
    private long _running;
    private long _kvBytes;
    private PrefixCounts _prefixes;
    private long _prefixBytes;

    public ActorMetrics()
        : this(TimeProvider.System)
    {
    }

    /// <param name="clock">Measures what takes time.</param>
    public ActorMetrics(TimeProvider clock)
    {
        (Requests, Engine) = (new RequestMetrics(_meter, clock), new EngineMetrics(_meter, clock));
        _requests = _meter.CreateCounter<long>("mlxactors.requests", "{request}", "Requests that have come to an end, by outcome");
        _cancelled = _meter.CreateCounter<long>("mlxactors.requests.cancelled", "{request}", "Clients that went away, by stage");
        _stalled = _meter.CreateCounter<long>("mlxactors.requests.stalled", "{request}", "Answers given up because nobody read them");
        _retried = _meter.CreateCounter<long>("mlxactors.requests.retried", "{request}", "Requests begun anew after the engine broke");
        _loads = _meter.CreateCounter<long>("mlxactors.loads", "{load}", "Loads of models, by outcome");
        _restarts = _meter.CreateCounter<long>("mlxactors.engine.restarts", "{restart}", "Restarts of the engine");
        _generations = _meter.CreateUpDownCounter<long>("mlxactors.generations", "{request}", "Requests that are not over yet");
        _meter.CreateObservableGauge(
            "mlxactors.num_requests_running", () => Interlocked.Read(ref _running), "{request}", "Sequences in the engine");
        _meter.CreateObservableGauge("mlxactors.kv.bytes", () => Interlocked.Read(ref _kvBytes), "By", "Memory of the KV caches");
        _prefixHits = _meter.CreateCounter<long>("mlxactors.prefix.hits", "{request}", "Requests whose prompt began like an earlier one");
        _prefixMisses = _meter.CreateCounter<long>("mlxactors.prefix.misses", "{request}", "Requests whose prompt was read from its beginning");
        _prefixTokens = _meter.CreateCounter<long>("mlxactors.prefix.tokens", "{token}", "Tokens of prompts that need not be read again");
        _meter.CreateObservableGauge("mlxactors.prefix.bytes", () => Interlocked.Read(ref _prefixBytes), "By", "Memory of kept prefixes");
        _meter.CreateObservableGauge("mlxactors.memory.mapped", () => MemoryUse.Mapped, "By", "Checkpoint files mapped into memory");
        _meter.CreateObservableGauge("mlxactors.memory.native", () => MemoryUse.Allocated, "By", "Memory outside the managed heap");
    }

    /// <summary>The meter itself, by which a listener tells these instruments from those of another server in the process.</summary>
    public Meter Meter => _meter;

    internal RequestMetrics Requests { get; }

    internal EngineMetrics Engine { get; }

    public void Dispose() => _meter.Dispose();

    internal void Began() => _generations.Add(1);

    internal void Stopped() => _generations.Add(-1);

    /// <summary>The last event of a request.</summary>
    internal void Ended(GenerationEvent last) => _requests.Add(1, Tag("outcome", last switch
    {
        GenerationEvent.Finished => "finished",
        GenerationEvent.Failed(var error) => error.GetType().Name,
        _ => throw new ArgumentOutOfRangeException(nameof(last), last, "not a last event"),
    }));

    internal void Cancelled(RequestStage stage)
    {
        _requests.Add(1, Tag("outcome", "cancelled"));
        _cancelled.Add(1, Tag("stage", stage.ToString().ToLowerInvariant()));
    }

    internal void Stalled() => _stalled.Add(1);

    internal void Retried() => _retried.Add(1);

    /// <param name="outcome">loaded, failed or cancelled.</param>
    internal void LoadEnded(string outcome) => _loads.Add(1, Tag("outcome", outcome));

    internal void Restarted() => _restarts.Add(1);

    internal void Occupied(int running, long kvBytes)
    {
        Interlocked.Exchange(ref _running, running);
        Interlocked.Exchange(ref _kvBytes, kvBytes);
    }

    /// <param name="prefixes">Of the loaded model, since it was loaded; all zero once it is gone. From the engine's thread only.</param>
    internal void Kept(PrefixCounts prefixes)
    {
        AddNew(_prefixHits, prefixes.Hits - _prefixes.Hits);
        AddNew(_prefixMisses, prefixes.Misses - _prefixes.Misses);
        AddNew(_prefixTokens, prefixes.Tokens - _prefixes.Tokens);
        _prefixes = prefixes;
        Interlocked.Exchange(ref _prefixBytes, prefixes.Bytes);
    }

    private static void AddNew(Counter<long> counter, long count)
    {
        if (count > 0)
        {
            counter.Add(count);
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
