using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlxActors.Generation;

namespace MlxActors.Actors.Hosting;

/// <summary>
/// What is measured of single requests: times and tokens, by model. A request that never got a model has no such label. Names are
/// vLLM's where it measures the same, so that what was made to watch it needs another prefix only.
/// </summary>
internal sealed class RequestMetrics(Meter meter, TimeProvider clock)
{
    private readonly Histogram<double> _duration =
        meter.CreateHistogram("mlxactors.e2e_request_latency", "s", "Time from a request's arrival to its end", null, Buckets.Waits);

    private readonly Histogram<double> _queue =
        meter.CreateHistogram("mlxactors.request.queue_time", "s", "Time that a request waited, loads left out", null, Buckets.Waits);

    private readonly Histogram<double> _prefill =
        meter.CreateHistogram("mlxactors.request.prefill_time", "s", "Time from the engine's door to the first token", null, Buckets.Waits);

    private readonly Histogram<double> _decode =
        meter.CreateHistogram("mlxactors.request.decode_time", "s", "Time from the first token to the last", null, Buckets.Waits);

    private readonly Histogram<double> _firstToken =
        meter.CreateHistogram("mlxactors.time_to_first_token", "s", "Time from a request's arrival to its first token", null, Buckets.Waits);

    private readonly Histogram<double> _perToken =
        meter.CreateHistogram(
            "mlxactors.request.time_per_output_token", "s", "Mean time of an answer's tokens after the first", null, Buckets.PerToken);

    private readonly Counter<long> _promptTokens =
        meter.CreateCounter<long>("mlxactors.prompt.tokens", "{token}", "Tokens of prompts whose answer has begun");

    private readonly Counter<long> _generatedTokens =
        meter.CreateCounter<long>("mlxactors.generation.tokens", "{token}", "Tokens generated");

    public TimeProvider Clock => clock;

    public void Granted(string model, TimeSpan queue) => _queue.Record(queue.TotalSeconds, Model(model));

    public void Began(string model, int promptTokens, TimeSpan sinceArrival, TimeSpan prefill)
    {
        _promptTokens.Add(promptTokens, Model(model));
        _firstToken.Record(sinceArrival.TotalSeconds, Model(model));
        _prefill.Record(prefill.TotalSeconds, Model(model));
    }

    /// <param name="model">Null when the request never got one.</param>
    /// <param name="tokens">Tokens of the answer, however it ended.</param>
    public void Ended(string? model, TimeSpan duration, int tokens, Timings timings)
    {
        var tags = model is null ? default : new TagList([Model(model)]);
        _duration.Record(duration.TotalSeconds, tags);
        if (tokens > 0)
        {
            _generatedTokens.Add(tokens, tags);
            _decode.Record(timings.Decode.TotalSeconds, tags);
        }
        if (tokens > 1)
        {
            _perToken.Record(timings.Decode.TotalSeconds / (tokens - 1), tags);
        }
    }

    private static KeyValuePair<string, object?> Model(string model) => new("model_name", model);
}
