using System.Diagnostics;
using MlxActors.Actors.Hosting;
using MlxActors.Actors.Protocol;
using MlxActors.Generation;
using MlxActors.Models.Chat;

namespace MlxActors.Actors;

/// <summary>
/// The course of one request in time, as spans, histograms and <see cref="Timings"/>: queue, load, prepare or media, prefill, decode.
/// Told by its actor; one that the engine lost begins anew with the queue. The spans name their parent, so that it matters to nobody on
/// which thread, and after whom, the actor runs.
/// </summary>
internal sealed class RequestTrace
{
    private readonly RequestMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _arrivedAt;
    private readonly long _arrived;
    private readonly Activity? _span;
    private Timings _timings = Timings.Zero;
    private readonly string _preparing;
    private string _phase = Spans.Queue;
    private long _since;
    private string? _model;
    private int _promptTokens;
    private int _tokens;

    public RequestTrace(GenerationRequest request, RequestMetrics metrics)
    {
        (_metrics, _clock) = (metrics, metrics.Clock);
        (_arrivedAt, _arrived) = (_clock.GetUtcNow(), _clock.GetTimestamp());
        _since = _arrived;
        _preparing = request.Prompt is Conversation { Media.IsEmpty: false } ? Spans.Media : Spans.Prepare;
        _span = Spans.Start($"chat {request.Model}", request.Parent, _arrivedAt);
        _span?.SetTag("gen_ai.operation.name", "chat").SetTag("gen_ai.request.model", request.Model);
    }

    public void Granted(GenerationProtocol.Granted granted)
    {
        var now = _clock.GetTimestamp();
        _model = granted.Model.Id;
        if (granted.Load is { } load && load.Ended > _since && load.Ended <= now)
        {
            Enter(Spans.Load, Math.Max(_since, load.Began));
            Enter(Spans.Queue, load.Ended);
        }
        Enter(_preparing, now);
        _metrics.Granted(_model, _timings.Queue);
    }

    public void Admitted(int promptTokens)
    {
        _promptTokens = promptTokens;
        Enter(Spans.Prefill, _clock.GetTimestamp());
    }

    public void Token()
    {
        if (_tokens++ == 0)
        {
            var now = _clock.GetTimestamp();
            Enter(Spans.Decode, now);
            _metrics.Began(_model!, _promptTokens, _clock.GetElapsedTime(_arrived, now), _timings.Prefill);
        }
    }

    /// <summary>What was measured up to now.</summary>
    public Timings SoFar() => _timings + Of(_phase, _clock.GetElapsedTime(_since));

    /// <summary>The engine broke; the request waits once more.</summary>
    public void Again() => Enter(Spans.Queue, _clock.GetTimestamp());

    /// <summary>The client went away.</summary>
    public void Left() => Close("cancelled", null);

    /// <returns><paramref name="last"/>, with what was measured.</returns>
    public GenerationEvent Ended(GenerationEvent last)
    {
        switch (last)
        {
            case GenerationEvent.Finished finished:
                _span?
                    .SetTag("gen_ai.response.finish_reasons", new[] { NameOf(finished.Reason) })
                    .SetTag("gen_ai.usage.input_tokens", finished.Usage.PromptTokens)
                    .SetTag("gen_ai.usage.output_tokens", finished.Usage.CompletionTokens);
                Close(null, null);
                return finished with { Timings = _timings };
            case GenerationEvent.Failed(var error):
                Close(error.GetType().Name, error.Message);
                return last;
            default:
                return last;
        }
    }

    private void Close(string? errorType, string? description)
    {
        var now = _clock.GetTimestamp();
        Enter(Spans.None, now, errorType, description);
        _metrics.Ended(_model, _clock.GetElapsedTime(_arrived, now), _tokens, _timings);
        if (_span is not null)
        {
            _span.SetTag("gen_ai.response.model", _model);
            Spans.End(_span, At(now), errorType, description);
        }
    }

    /// <summary>Ends the phase that is, and begins the next.</summary>
    private void Enter(string next, long now, string? errorType = null, string? description = null)
    {
        if (_span is not null && Spans.Start(_phase, _span.Context, At(_since)) is { } span)
        {
            Spans.End(span, At(now), errorType, description);
        }
        _timings += Of(_phase, _clock.GetElapsedTime(_since, now));
        (_phase, _since) = (next, now);
    }

    private DateTimeOffset At(long timestamp) => _arrivedAt + _clock.GetElapsedTime(_arrived, timestamp);

    private static string NameOf(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.ToolCalls => "tool_calls",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a reason"),
    };

    private static Timings Of(string phase, TimeSpan time) => phase switch
    {
        Spans.Queue => Timings.Zero with { Queue = time },
        Spans.Load => Timings.Zero with { Load = time },
        Spans.Prepare or Spans.Media => Timings.Zero with { Prepare = time },
        Spans.Prefill => Timings.Zero with { Prefill = time },
        Spans.Decode => Timings.Zero with { Decode = time },
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "not a phase"),
    };
}
