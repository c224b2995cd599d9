using System.Collections.Concurrent;
using System.Diagnostics;
using MlxActors.Actors.Hosting;
using MlxActors.Actors.Tests.Fakes;
using MlxActors.Generation;

namespace MlxActors.Actors.Tests;

/// <summary>Where the time of a request goes: its spans, and the timings of its answer, on a clock that the scenario turns.</summary>
public sealed class TraceSpec : ActorSpec
{
    private readonly ConcurrentBag<Activity> _spans = [];
    private readonly ConcurrentDictionary<ActivityTraceId, bool> _traces = [];
    private readonly ManualResetEventSlim _mayLoad = new();
    private readonly ActivityListener _listener;
    private readonly Clock _clock = new();

    public TraceSpec()
    {
        Checkpoints = new FakeCheckpoints { Metrics = new ActorMetrics(_clock) };

        // Other scenarios run in this process, whose spans are none of this one's.
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Spans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                _traces.ContainsKey(options.Parent.TraceId) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = _spans.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task Requests_have_their_spans_under_their_own_parents_whatever_else_runs()
    {
        _mayLoad.Set();
        var requests = Enumerable.Range(0, 12).Select(index => Traced(Request(index % 2 == 0 ? "a" : "b", $"hello {index}", 20))).ToArray();

        await Task.WhenAll(requests.Select(Answer));

        foreach (var request in requests)
        {
            var spans = _spans.Where(span => span.TraceId == request.Parent.TraceId).ToArray();
            var own = Assert.Single(spans, span => span.OperationName == $"chat {request.Model}");
            Assert.Equal(request.Parent.SpanId, own.ParentSpanId);
            Assert.Equal(ActivityStatusCode.Unset, own.Status);
            Assert.Equal(Expected(request).Usage.PromptTokens, own.GetTagItem("gen_ai.usage.input_tokens"));
            Assert.Equal(Expected(request).Usage.CompletionTokens, own.GetTagItem("gen_ai.usage.output_tokens"));
            var phases = spans.Except([own]).ToArray();
            Assert.All(phases, phase => Assert.Equal(own.SpanId, phase.ParentSpanId));
            Assert.Equal(
                ["decode", "prefill", "prepare", "queue"],
                phases.Select(phase => phase.OperationName).Distinct().Except(["load"]).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_request_that_fails_has_a_span_that_says_so()
    {
        var request = Traced(Request("nowhere", "hello"));

        AssertFailed<GenerationError.ModelNotFound>(await Answer(request));

        var own = Assert.Single(_spans, span => span.OperationName == "chat nowhere");
        Assert.Equal((ActivityStatusCode.Error, "ModelNotFound"), (own.Status, own.GetTagItem("error.type")));
    }

    [Fact]
    public async Task The_timings_of_an_answer_tell_load_and_prefill_from_waiting()
    {
        Checkpoints.OnLoad = _ =>
        {
            _mayLoad.Wait(Patience);
            _clock.Advance(TimeSpan.FromSeconds(3));
        };
        Checkpoints.OnLoaded = model => model.OnForward = _ => _clock.Advance(TimeSpan.FromSeconds(1));
        var request = Traced(Request("a", "hello", maxTokens: 1));
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var arrivals = ListenForArrival(arrived);
        var answer = Answer(request);
        await arrived.Task.WaitAsync(Patience);

        _mayLoad.Set();

        var finished = Assert.IsType<GenerationEvent.Finished>((await answer)[^1]);
        Assert.Equal(
            Timings.Zero with { Load = TimeSpan.FromSeconds(3), Prefill = TimeSpan.FromSeconds(1) }, finished.Timings);
        Assert.Equal(
            TimeSpan.FromSeconds(3), Assert.Single(_spans, span => span.OperationName == "load").Duration);
    }

    protected override void AfterAll()
    {
        _listener.Dispose();
        base.AfterAll();
    }

    private GenerationRequest Traced(GenerationRequest request)
    {
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        _traces[parent.TraceId] = true;
        return request with { Parent = parent };
    }

    /// <summary>The request's actor is there, and has looked at the clock.</summary>
    private System.Diagnostics.Metrics.MeterListener ListenForArrival(TaskCompletionSource arrived)
    {
        var listener = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, Checkpoints.Metrics.Meter) && instrument.Name == "mlxactors.generations")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => arrived.TrySetResult());
        listener.Start();
        return listener;
    }

    /// <summary>Stands still until it is told.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

        public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);
    }
}
