using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Generation.Batching;

/// <param name="Hits">Media that were not encoded, because their features were there.</param>
/// <param name="Misses">Media that were encoded, or failed to be.</param>
/// <param name="Bytes">Held now, in use or not.</param>
public readonly record struct FeatureCounts(long Hits, long Misses, long Bytes);

/// <summary>
/// What a model made of media, by content, so that none is encoded twice. Features that several sequences use are held once; those that
/// none uses stay while they fit the budget, the ones used last longest. Used on the engine's thread only.
/// </summary>
/// <param name="budget">
/// In bytes. Features in use are never freed, so that more can be held for as long as they are; 0 holds none beyond that.
/// </param>
public sealed class FeatureCache(long budget) : IDisposable
{
    private readonly Dictionary<ContentHash, Entry> _entries = [];

    /// <summary>Those that none uses, the one released first at the head.</summary>
    private readonly LinkedList<Entry> _unused = new();

    private long _budget = budget;

    public FeatureCounts Counts { get; private set; }

    public bool Holds(ContentHash content) => _entries.ContainsKey(content);

    /// <summary>
    /// The features of <paramref name="content"/>, encoded if they are not there; in use until disposed. Whatever <paramref name="encode"/>
    /// throws leaves the cache as it was.
    /// </summary>
    public KeptTensor Use(ContentHash content, Func<KeptTensor> encode)
    {
        if (!_entries.TryGetValue(content, out var entry))
        {
            Counts = Counts with { Misses = Counts.Misses + 1 };
            entry = new Entry(content, encode());
            _entries.Add(content, entry);
            Counts = Counts with { Bytes = Counts.Bytes + entry.Bytes };
            entry.Users = 1;
            Trim();
            return new Lease(this, entry);
        }
        Counts = Counts with { Hits = Counts.Hits + 1 };
        if (entry.Users++ == 0)
        {
            _unused.Remove(entry.Place);
        }
        return new Lease(this, entry);
    }

    /// <summary>Frees what none uses; the rest goes as its last use ends.</summary>
    public void Dispose()
    {
        _budget = 0;
        Trim();
    }

    private void Release(Entry entry)
    {
        if (--entry.Users == 0)
        {
            _unused.AddLast(entry.Place);
            Trim();
        }
    }

    private void Trim()
    {
        while (Counts.Bytes > _budget && _unused.First is { Value: var oldest })
        {
            _unused.RemoveFirst();
            _entries.Remove(oldest.Content);
            Counts = Counts with { Bytes = Counts.Bytes - oldest.Bytes };
            oldest.Features.Dispose();
        }
    }

    private sealed class Entry
    {
        public Entry(ContentHash content, KeptTensor features)
        {
            (Content, Features, Bytes) = (content, features, features.Value.Bytes);
            Place = new LinkedListNode<Entry>(this);
        }

        public ContentHash Content { get; }

        public KeptTensor Features { get; }

        public long Bytes { get; }

        public LinkedListNode<Entry> Place { get; }

        public int Users { get; set; }
    }

    /// <summary>One use of an entry.</summary>
    private sealed class Lease(FeatureCache cache, Entry entry) : KeptTensor
    {
        private bool _ended;

        public override Tensor Value => entry.Features.Value;

        protected override void Dispose(bool disposing)
        {
            if (!_ended)
            {
                _ended = true;
                cache.Release(entry);
            }
        }
    }
}
