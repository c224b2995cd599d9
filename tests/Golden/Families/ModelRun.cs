using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>A model at work on one sequence of a case: its encoded media, its cache, and steps that end in plain arrays.</summary>
public sealed class ModelRun : IDisposable
{
    /// <summary>The state that a tower hands to the decoder.</summary>
    public const string Features = "features";

    private readonly ITraceableModel _model;
    private readonly IBackend _backend;
    private readonly MediaRun[] _media;

    public ModelRun(GoldenCase golden, ITraceableModel model, IBackend backend)
    {
        (_model, _backend) = (model, backend);
        _media = [.. golden.Inputs.Media.Select(media => new MediaRun(media.Position!.Value, model.Encode(media.Input)))];
        Cache = model.NewCache();
    }

    public SequenceCache Cache { get; }

    public ReadOnlySpan<MediaRun> Media => _media;

    /// <summary>Logits of the last of <paramref name="tokens"/>.</summary>
    public float[] Step(ReadOnlySpan<int> tokens) => Forward(tokens, LogitRows.Last, null);

    /// <summary>Logits of each of <paramref name="tokens"/>, one row behind the other.</summary>
    public float[] StepAll(ReadOnlySpan<int> tokens, Trace? trace = null) => Forward(tokens, LogitRows.All, trace);

    /// <summary>
    /// Logits of each of <paramref name="tokens"/> behind the first <paramref name="length"/> of the sequence; null when its caches cannot
    /// be taken back that far. The sequence stays as it is.
    /// </summary>
    public float[]? StepAllBehind(int length, ReadOnlySpan<int> tokens)
    {
        using var fork = Cache.Fork(length);
        return fork is null ? null : Forward(fork, tokens, LogitRows.All, null);
    }

    /// <summary>The greedy continuation behind a prompt, with the logits that chose each token.</summary>
    public (ImmutableArray<int> Ids, ImmutableArray<float[]> Logits) Greedy(ReadOnlySpan<int> prompt, int count)
    {
        var (ids, logits) = (ImmutableArray.CreateBuilder<int>(count), ImmutableArray.CreateBuilder<float[]>(count));
        for (var step = 0; step < count; step++)
        {
            logits.Add(step == 0 ? Step(prompt) : Step([ids[^1]]));
            ids.Add(Closeness.ArgMax(logits[^1]));
        }
        return (ids.ToImmutable(), logits.ToImmutable());
    }

    public void Dispose()
    {
        Cache.Dispose();
        foreach (var run in _media)
        {
            run.Features.Dispose();
        }
    }

    private float[] Forward(ReadOnlySpan<int> tokens, LogitRows rows, Trace? trace) => Forward(Cache, tokens, rows, trace);

    private float[] Forward(SequenceCache cache, ReadOnlySpan<int> tokens, LogitRows rows, Trace? trace)
    {
        using var scope = _backend.BeginScope();
        var batch = new Batch(_model.Info.ImagesAttendBothWays);
        batch.Add(cache, tokens, _media, rows);
        return _backend.View(_model.Forward(batch, trace)!.Value).ToArray();
    }
}
