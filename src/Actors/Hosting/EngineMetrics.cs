using System.Diagnostics.Metrics;
using MlxActors.Actors.Protocol;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Speculation;

namespace MlxActors.Actors.Hosting;

/// <summary>What the supervisor and the engine measure: loads, steps, queue, kept features. Steps and features on the engine's thread only.</summary>
internal sealed class EngineMetrics
{
    private readonly TimeProvider _clock;
    private readonly Histogram<double> _loadTime;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _swaps;
    private readonly Counter<long> _featureHits;
    private readonly Counter<long> _featureMisses;
    private readonly Counter<long> _drafts;
    private readonly Counter<long> _draftTokens;
    private readonly Counter<long> _acceptedTokens;
    private string? _lastModel;
    private FeatureCounts _features;
    private long _featureBytes;
    private SpeculationCounts _speculation;
    private long _kvLimit;
    private int _waiting;

    public EngineMetrics(Meter meter, TimeProvider clock)
    {
        _clock = clock;
        _loadTime = meter.CreateHistogram("mlxactors.load.duration", "s", "Time of a load", null, Buckets.Waits);
        _batchSize = meter.CreateHistogram("mlxactors.batch.size", "{sequence}", "Sequences that got a token in one step", null, Buckets.Sizes);
        _swaps = meter.CreateCounter<long>("mlxactors.swaps", "{swap}", "Loads of another model than the one before");
        _featureHits = meter.CreateCounter<long>("mlxactors.features.hits", "{medium}", "Media whose features were still there");
        _featureMisses = meter.CreateCounter<long>("mlxactors.features.misses", "{medium}", "Media that had to be encoded");
        _drafts = meter.CreateCounter<long>("mlxactors.spec_decode_num_drafts", "{draft}", "Guesses of next tokens that were checked");
        _draftTokens = meter.CreateCounter<long>("mlxactors.spec_decode_num_draft_tokens", "{token}", "Tokens in such guesses");
        _acceptedTokens = meter.CreateCounter<long>("mlxactors.spec_decode_num_accepted_tokens", "{token}", "Those of them that came true");
        meter.CreateObservableGauge("mlxactors.features.bytes", () => Interlocked.Read(ref _featureBytes), "By", "Memory of encoded media");
        meter.CreateObservableGauge(
            "mlxactors.num_requests_waiting", () => Volatile.Read(ref _waiting), "{request}", "Requests that wait for a model or for room");
        meter.CreateObservableGauge("mlxactors.kv.limit", KvLimit, "By", "Memory that the KV caches may take; nothing when there is no bound");
    }

    public long Timestamp => _clock.GetTimestamp();

    /// <param name="outcome">loaded, failed or cancelled.</param>
    /// <param name="began">A <see cref="Timestamp"/>.</param>
    public EngineProtocol.LoadTimes LoadEnded(string model, string outcome, long began)
    {
        var times = new EngineProtocol.LoadTimes(began, Timestamp);
        _loadTime.Record(_clock.GetElapsedTime(times.Began, times.Ended).TotalSeconds, new("model_name", model), new("outcome", outcome));
        if (outcome == "loaded")
        {
            if (_lastModel is not null && _lastModel != model)
            {
                _swaps.Add(1);
            }
            _lastModel = model;
        }
        return times;
    }

    public void Stepped(BatchRunner batch)
    {
        if (SequencesOf(batch.Sampled) is > 0 and var sequences)
        {
            _batchSize.Record(sequences);
        }
        Encoded(batch.Features);
        Guessed(batch.Speculation);
    }

    /// <param name="counts">Of the loaded model, since it was loaded; all zero once it is gone.</param>
    public void Guessed(SpeculationCounts counts)
    {
        Add(_drafts, counts.Drafts - _speculation.Drafts);
        Add(_draftTokens, counts.DraftTokens - _speculation.DraftTokens);
        Add(_acceptedTokens, counts.AcceptedTokens - _speculation.AcceptedTokens);
        _speculation = counts;
    }

    /// <param name="features">Of the loaded model, since it was loaded; all zero once it is gone.</param>
    public void Encoded(FeatureCounts features)
    {
        Add(_featureHits, features.Hits - _features.Hits);
        Add(_featureMisses, features.Misses - _features.Misses);
        _features = features;
        Interlocked.Exchange(ref _featureBytes, features.Bytes);
    }

    public void Waiting(int requests) => Volatile.Write(ref _waiting, requests);

    /// <param name="bytes">Null: no bound.</param>
    public void Limit(long? bytes) => Interlocked.Exchange(ref _kvLimit, bytes ?? 0);

    private IEnumerable<Measurement<long>> KvLimit() => Interlocked.Read(ref _kvLimit) is > 0 and var limit ? [new(limit)] : [];

    /// <summary>A sequence's tokens of a step stand together.</summary>
    private static int SequencesOf(ReadOnlySpan<SampledToken> sampled)
    {
        var sequences = 0;
        for (var i = 0; i < sampled.Length; i++)
        {
            sequences += i == 0 || sampled[i].Id != sampled[i - 1].Id ? 1 : 0;
        }
        return sequences;
    }

    private static void Add(Counter<long> counter, long count)
    {
        if (count > 0)
        {
            counter.Add(count);
        }
    }
}
