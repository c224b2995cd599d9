using System.Collections.Concurrent;
using System.Collections.Immutable;
using MlxActors.Generation.Sampling;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Actors.Tests.Fakes;

/// <summary>What a step was made of.</summary>
internal sealed record FakeStep(ImmutableArray<int> RowsPerSequence)
{
    public bool IsDecode => RowsPerSequence.All(rows => rows == 1);
}

/// <summary>
/// A model whose next token depends on every token before it, through the cache: rows that meet the wrong cache, get lost, or come twice
/// change the answer. Refuses calls from any thread but the first one's.
/// </summary>
internal sealed class FakeModel(string name, CpuBackend backend, Action unloaded) : IModel
{
    public const int Vocabulary = 28;
    public const int EndOfTurn = 0;
    public const int ImageToken = 27;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private int _liveCaches;
    private int _liveFeatures;

    public ModelInfo Info { get; } = new(
        "fake", ContextWindow: 1000, Vocabulary, [EndOfTurn], Capabilities.Vision, SamplingDefaults.Silent, ImagesAttendBothWays: true);

    public string Name => name;

    public long WeightBytes { get; set; }

    public ConcurrentQueue<FakeStep> Steps { get; } = new();

    public ConcurrentQueue<int> EncodedImages { get; } = new();

    /// <summary>Called at the beginning of each step, on the engine's thread; may wait or throw.</summary>
    public Action<Batch> OnForward { get; set; } = _ => { };

    public Action OnNewCache { get; set; } = () => { };

    public Action OnEncode { get; set; } = () => { };

    /// <summary>Called as a sequence's cache is freed; may throw.</summary>
    public Action OnCacheFreed { get; set; } = () => { };

    /// <summary>Whether the row of the logits behind so many tokens of a sequence holds no numbers.</summary>
    public Predicate<int> SpoilsLogits { get; set; } = _ => false;

    public int LiveCaches => Volatile.Read(ref _liveCaches);

    public int LiveFeatures => Volatile.Read(ref _liveFeatures);

    public bool Disposed { get; private set; }

    private ulong Seed => (ulong)name[0];

    /// <summary>The answer that the definition of this model gives, without caches, batches and chunks.</summary>
    public static ImmutableArray<int> Answer(string model, IEnumerable<ulong> prompt, int maxTokens)
    {
        var prefix = prompt.Aggregate(0UL, Extend);
        var answer = ImmutableArray.CreateBuilder<int>();
        while (answer.Count < maxTokens && (answer.Count == 0 || answer[^1] != EndOfTurn))
        {
            answer.Add(NextToken(model[0], prefix));
            prefix = Extend(prefix, (ulong)answer[^1]);
        }
        return answer.ToImmutable();
    }

    public static ulong Extend(ulong prefix, ulong value) =>
        (ulong)(CounterRandom.Unit(prefix, value) * (1UL << 53));

    public SequenceCache NewCache()
    {
        Check();
        OnNewCache();
        Interlocked.Increment(ref _liveCaches);
        return new SequenceCache([new FakeCache(this)]);
    }

    public void CacheFreed()
    {
        Check();
        Interlocked.Decrement(ref _liveCaches);
        OnCacheFreed();
    }

    public Tensor? Forward(Batch batch)
    {
        Check();
        Steps.Enqueue(new FakeStep([.. batch.Layout.Sequences.ToArray().Select(sequence => sequence.Rows)]));
        OnForward(batch);
        var logits = new float[batch.LogitRows.Length * Vocabulary];
        var wanted = 0;
        for (var index = 0; index < batch.Caches.Length; index++)
        {
            var (rows, cache) = (batch.Layout.Sequences[index], (FakeCache)batch.Caches[index].Layers[0]);
            for (var row = rows.FirstRow; row < rows.FirstRow + rows.Rows; row++)
            {
                cache.Append(ValueOf(batch, row));
                if (wanted < batch.LogitRows.Length && batch.LogitRows[wanted] == row)
                {
                    logits.AsSpan(wanted * Vocabulary, Vocabulary).Fill(SpoilsLogits(cache.Length) ? float.NaN : 0);
                    logits[(wanted++ * Vocabulary) + NextToken(Seed, cache.Prefix)] += 1;
                }
            }
        }
        return wanted == 0 ? null : backend.FromFloats(logits, new Shape(wanted, Vocabulary));
    }

    public KeptTensor Encode(MediaInput prepared)
    {
        var pixels = (PixelValues)prepared;
        Check();
        OnEncode();
        EncodedImages.Enqueue((int)pixels.Values[0]);
        Interlocked.Increment(ref _liveFeatures);
        var features = Enumerable.Range(0, pixels.Width).Select(row => pixels.Values[0] + row).ToArray();
        return new CountedFeatures(backend.Keep(backend.FromFloats(features, new Shape(pixels.Width, 1))), this);
    }

    public void Dispose()
    {
        Check();
        Disposed = true;
        unloaded();
    }

    private static int NextToken(ulong seed, ulong prefix) => (int)(CounterRandom.Unit(seed, prefix) * (Vocabulary - 1));

    private ulong ValueOf(Batch batch, int row)
    {
        foreach (var media in batch.Media)
        {
            if (row >= media.FirstRow && row < media.FirstRow + media.Count)
            {
                return (ulong)backend.View(media.Run.Features.Value)[media.FirstFeature + row - media.FirstRow];
            }
        }
        return (ulong)(batch.TokensToCome is { } ids ? backend.ViewIds(ids) : batch.Tokens)[row];
    }

    private void Check()
    {
        ObjectDisposedException.ThrowIf(Disposed, this);
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException("the model was used on another thread than it was loaded on");
        }
    }

    private sealed class CountedFeatures(KeptTensor features, FakeModel model) : KeptTensor
    {
        public override Tensor Value => features.Value;

        protected override void Dispose(bool disposing)
        {
            Interlocked.Decrement(ref model._liveFeatures);
            features.Dispose();
        }
    }
}
