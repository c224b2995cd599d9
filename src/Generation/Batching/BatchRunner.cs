using System.Runtime.InteropServices;
using MlxActors.Generation.Batching.Prefixes;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Native.Tensors;

namespace MlxActors.Generation.Batching;

/// <summary>
/// Runs sequences on one loaded model, a step at a time: one medium, one chunk of a prompt and what fits beside it, or the next token for
/// every running answer, and those behind it that were guessed right.
/// Whatever a step throws ends only the sequences that were in it, and of prompts only the one at fault. Used on the engine's thread only;
/// its buffers are reused, so that decoding allocates nothing. This file holds who runs; prompts and answers are in the other parts.
/// </summary>
/// <param name="goesAhead">Whether decode steps are begun before the tokens of the last one are known.</param>
/// <param name="clock">Measures what guesses cost.</param>
public sealed partial class BatchRunner(
    IModel model, IBackend backend, ConstraintMasks constraints, BatchLimits limits, bool goesAhead, TimeProvider clock) : IDisposable
{
    private readonly SequenceCache _sizes = CacheForSizes(model);
    private readonly Batch _batch = new(model.Info.ImagesAttendBothWays);
    private readonly FeatureCache _features = new(limits.FeatureBytes);
    private readonly PrefixCache _prefixes = new(limits.PrefixBytes);
    private readonly List<SequenceRequest> _waiting = [];
    private readonly List<long> _needs = [];
    private readonly List<Sequence> _running = [];
    private readonly List<SequenceView> _views = [];
    private readonly List<Sequence> _stepping = [];
    private readonly List<SampledToken> _sampled = [];
    private readonly List<FailedSequence> _failed = [];
    private StepKind _last = StepKind.Rest;
    private long _turn;
    private long _reserved;

    public BatchRunner(IModel model, IBackend backend, ConstraintMasks constraints, BatchLimits limits)
        : this(model, backend, constraints, limits, backend.ComputesAside, TimeProvider.System)
    {
    }

    public BatchRunner(LoadedModel model, BatchLimits limits)
        : this(model.Model, model.Backend, ConstraintMasks.Of(model.Processor, model.Info), limits)
    {
    }

    /// <summary>Sequences with a cache.</summary>
    public int Running => _running.Count;

    /// <summary>Memory that the caches of running sequences hold, in bytes.</summary>
    public long KvBytes => _running.Sum(sequence => sequence.Cache.Bytes);

    /// <summary>Memory that is left for the caches of further sequences, in bytes; null: no bound.</summary>
    public long? KvFreeBytes => limits.KvBytes - _reserved;

    /// <summary>Encoded media that are held, and how often that helped.</summary>
    public FeatureCounts Features => _features.Counts;

    /// <summary>What is kept of earlier prompts and answers, and how often that helped.</summary>
    public PrefixCounts Prefixes => _prefixes.Counts;

    /// <summary>Whether <see cref="Step"/> has anything to do.</summary>
    public bool HasWork => Admissible > 0 || Plan().Kind is not StepKind.Rest;

    /// <summary>Tokens of the last step.</summary>
    public ReadOnlySpan<SampledToken> Sampled => CollectionsMarshal.AsSpan(_sampled);

    /// <summary>Sequences that the last step ended by an exception.</summary>
    public ReadOnlySpan<FailedSequence> Failed => CollectionsMarshal.AsSpan(_failed);

    private int Admissible => Scheduler.Admissible(
        _running.Count, CollectionsMarshal.AsSpan(_needs), limits.MaxBatch, _reserved, limits.KvBytes);

    /// <summary>Takes a request in, to be run as soon as there is room.</summary>
    /// <returns>Why there never will be; null when it is taken in.</returns>
    public GenerationError? Admit(SequenceRequest request)
    {
        var need = _sizes.BytesFor(request.MaxLength, LongestStep(request));
        if (need > limits.KvBytes)
        {
            return new GenerationError.TooLargeForMemory(need, limits.KvBytes.Value);
        }
        _waiting.Add(request);
        _needs.Add(need);
        return null;
    }

    /// <summary>How far a request is that has made no token yet; null when it has, or is not here.</summary>
    public GenerationEvent.Progress? ProgressOf(RequestId id) => Find(id) switch
    {
        { Count: 0 } sequence => new GenerationEvent.Prefilling(sequence.Cache.Length, sequence.Request.Prompt.Tokens.Length),
        null when _waiting.FindIndex(request => request.Id == id) is >= 0 and var index => new GenerationEvent.Queued(index + 1),
        _ => null,
    };

    /// <summary>
    /// Frees a sequence, running or waiting; false when there is none of that name (any more). What it has read stays among the prefixes.
    /// </summary>
    public bool Remove(RequestId id)
    {
        if (Find(id) is { } sequence)
        {
            sequence.ForgetLastToken();
            _prefixes.Keep(sequence.Path, sequence.Cache);
            Drop(sequence);
            return true;
        }
        var index = _waiting.FindIndex(request => request.Id == id);
        if (index >= 0)
        {
            _waiting.RemoveAt(index);
            _needs.RemoveAt(index);
        }
        return index >= 0;
    }

    /// <summary>Lets a sequence make more tokens; nothing when it is gone.</summary>
    public void Grant(RequestId id, int tokens)
    {
        if (Find(id) is { } sequence)
        {
            sequence.Credit += tokens;
        }
    }

    /// <summary>Does the next thing; <see cref="Sampled"/> and <see cref="Failed"/> tell what came of it.</summary>
    public void Step()
    {
        _sampled.Clear();
        _failed.Clear();
        _stepping.Clear();
        StartWaiting();
        var plan = Plan();
        _last = plan.Kind;
        try
        {
            using var scope = backend.BeginScope();
            Run(plan);
        }
        catch (Exception cause)
        {
            EndStep(cause);
        }
    }

    public void Dispose()
    {
        _ahead?.Dispose();
        _ahead = null;
        foreach (var sequence in _running)
        {
            sequence.Dispose();
        }
        _running.Clear();
        _waiting.Clear();
        _prefixes.Dispose();
        _features.Dispose();
        _needs.Clear();
        _reserved = 0;
    }

    private StepPlan Plan()
    {
        _views.Clear();
        foreach (var sequence in _running)
        {
            _views.Add(sequence.View);
        }
        return Scheduler.Next(CollectionsMarshal.AsSpan(_views), _last);
    }

    private void StartWaiting()
    {
        for (var count = Admissible; count > 0; count--)
        {
            var (request, need) = (_waiting[0], _needs[0]);
            _waiting.RemoveAt(0);
            _needs.RemoveAt(0);
            try
            {
                var constrained = request.Grammar is { } grammar ? constraints.Start(grammar) : null;
                _running.Add(new Sequence(request, model.NewCache(), need, constrained, _speculation));
                _reserved += need;
            }
            catch (Exception cause)
            {
                _failed.Add(new FailedSequence(request.Id, cause));
            }
        }
    }

    private void Run(StepPlan plan)
    {
        switch (plan.Kind)
        {
            case StepKind.Encode or StepKind.Prefill:
                ReadOn(_running[plan.Sequence]);
                break;
            case StepKind.Decode:
                Decode();
                break;
            case StepKind.Rest:
                break;
        }
    }

    /// <summary>
    /// Before each of the sequences of a step gets so many tokens longer; one that ends in a shared block copies that first.
    /// </summary>
    private void MakeRoom(int sequences, int tokens)
    {
        if (limits.KvBytes is { } most && !_prefixes.IsOff)
        {
            var growth = sequences * (_sizes.BytesFor(tokens, tokens) + _sizes.BytesFor(1, 1));
            _prefixes.MakeRoom(CollectionsMarshal.AsSpan(_running), most - growth);
        }
    }

    /// <summary>
    /// A cache that an unfinished pass has written to is of no use. Prompts that were read together are read again, each by itself, so that
    /// only the one fails that is at fault.
    /// </summary>
    private void EndStep(Exception cause)
    {
        foreach (var sequence in _stepping)
        {
            if (_stepping.Count > 1 && sequence is { Count: 0, IsDisposed: false })
            {
                sequence.BeginAnew(model.NewCache());
            }
            else
            {
                Fail(sequence, cause);
            }
        }
    }

    private void Fail(Sequence sequence, Exception cause)
    {
        _failed.Add(new FailedSequence(sequence.Request.Id, cause));
        Drop(sequence);
    }

    private void Drop(Sequence sequence)
    {
        if (_running.Remove(sequence))
        {
            _reserved -= sequence.Reserved;
            sequence.Dispose();
            ForgetStepOfNobody();
        }
    }

    /// <summary>Tokens that one step may append: a chunk, a medium that must not be cut, or a guess behind a token.</summary>
    private int LongestStep(SequenceRequest request)
    {
        var longest = Math.Max(limits.PrefillChunk, 1 + (_speculation?.MaxTokens ?? 0));
        foreach (var media in request.Prompt.Media)
        {
            longest = Math.Max(longest, media.Length);
        }
        return longest;
    }

    private static SequenceCache CacheForSizes(IModel model)
    {
        // Sizes are known without tokens, and after the end.
        using var cache = model.NewCache();
        return cache;
    }

    private Sequence? Find(RequestId id)
    {
        foreach (var sequence in _running)
        {
            if (sequence.Request.Id == id)
            {
                return sequence;
            }
        }
        return null;
    }
}
