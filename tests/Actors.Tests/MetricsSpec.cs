using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MlxActors.Actors.Tests;

/// <summary>What the meter counts of requests that leave, fail and finish.</summary>
public sealed class MetricsSpec : ActorSpec
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly MeterListener _listener = new();

    public MetricsSpec()
        : base("mlxactors.engine { max-batch = 1, prefill-chunk = 4 }", "mlxactors.stream.buffer = 4")
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, Checkpoints.Metrics.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}";
            _counts.AddOrUpdate(name, value, (_, sum) => instrument.IsObservable ? value : sum + value);
        });
        _listener.Start();
    }

    [Fact]
    public async Task A_request_counts_once_by_how_it_ended_and_where_it_left()
    {
        await Answer(Request("a", "finishes"));
        await Answer(Request("nowhere", "fails"));
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        await running.Next();
        var queued = await Connect(Request("b", "waits"));
        await StatusBecomes(status => status is { Running: 1, Waiting: 1 });

        await queued.Disconnect();
        await StatusBecomes(status => status is { Running: 1, Waiting: 0 });
        await running.Disconnect();
        await NothingIsLeft();
        await AwaitConditionAsync(() => Task.FromResult(_counts["mlxactors.generations"] == 0), Patience, TimeSpan.FromMilliseconds(5));

        Assert.Equal(
            new Dictionary<string, long>
            {
                ["mlxactors.requests finished"] = 1,
                ["mlxactors.requests ModelNotFound"] = 1,
                ["mlxactors.requests cancelled"] = 2,
                ["mlxactors.requests.cancelled waiting"] = 1,
                ["mlxactors.requests.cancelled decode"] = 1,
                ["mlxactors.loads loaded"] = 1,
                ["mlxactors.prefix.misses"] = 2,
                ["mlxactors.generations"] = 0,
            },
            _counts.Where(count => count.Key.StartsWith("mlxactors.requests", StringComparison.Ordinal)
                || count.Key is "mlxactors.loads loaded" or "mlxactors.generations" or "mlxactors.prefix.misses").ToDictionary());
    }

    [Fact]
    public async Task The_gauges_tell_what_the_engine_holds()
    {
        var running = await Connect(LongAnswer("a", "under way"));
        await running.Next();
        await StatusBecomes(status => status.Running == 1);

        _listener.RecordObservableInstruments();
        Assert.Equal((1, 8), (_counts["mlxactors.num_requests_running"], _counts["mlxactors.kv.bytes"]));
        await running.Disconnect();
        await NothingIsLeft();
        _listener.RecordObservableInstruments();

        Assert.Equal((0, 0), (_counts["mlxactors.num_requests_running"], _counts["mlxactors.kv.bytes"]));
    }

    protected override void AfterAll()
    {
        _listener.Dispose();
        base.AfterAll();
    }
}
