using MlxActors.Models.Caches;

namespace MlxActors.Generation.Batching.Prefixes;

/// <param name="Hits">Requests that found a beginning of their prompt.</param>
/// <param name="Misses">Requests that found none.</param>
/// <param name="Tokens">Tokens of prompts that were not read, because they had been.</param>
/// <param name="Bytes">Held now; what kept prefixes share is counted once.</param>
public readonly record struct PrefixCounts(long Hits, long Misses, long Tokens, long Bytes);

/// <summary>
/// Keys and values of what was read and made before, so that a prompt that begins alike is read only from where it differs. Holds forks
/// of the caches of sequences, taken behind each chunk of a prompt, now and then in an answer, and at its end; they share their memory with
/// each other and with the sequences that run. Used on the engine's thread only.
/// <para>
/// A sliding layer forgets what no later token sees, and what is taken behind the chunk [S, E) still knows all that the tokens from S on
/// look at: it serves every length from S to E. So, with one behind each chunk, a prompt may part from an earlier one at any token. Together
/// they hold all keys of the sliding layers, and nothing twice. When that is more than the budget, the ones used last longest go: the middle of
/// conversations first, while their ends, which the next turns ask for, stay. Without sliding layers, the last one serves all lengths and
/// takes the places of those before it.
/// </para>
/// </summary>
/// <param name="budget">In bytes; 0 keeps nothing.</param>
public sealed class PrefixCache(long budget) : IDisposable
{
    private readonly PrefixTree<Entry> _tree = new();
    private readonly BlockLedger _ledger = new();

    /// <summary>The one used last at the end.</summary>
    private readonly LinkedList<Entry> _byUse = new();

    private PrefixCounts _counts;

    public PrefixCounts Counts => _counts with { Bytes = _ledger.Bytes };

    public bool IsOff => budget == 0;

    /// <summary>A cache with the longest known beginning of a path; null when none is longer than <paramref name="longerThan"/>.</summary>
    /// <param name="most">Tokens of it that may be known.</param>
    public SequenceCache? Fork(TokenPath path, int longerThan, int most)
    {
        if (_tree.Longest(path, most) is not var (length, entry) || length <= longerThan || entry.Cache.Fork(length) is not { } fork)
        {
            return null;
        }
        Touch(entry);
        return fork;
    }

    /// <summary>Counts what a request has made of a <see cref="Fork"/>.</summary>
    /// <param name="begins">Whether it has asked for the first time.</param>
    /// <param name="tokens">Tokens that it need not read for it; 0 when there was none.</param>
    public void Count(bool begins, int tokens) => _counts = _counts with
    {
        Hits = _counts.Hits + (begins && tokens > 0 ? 1 : 0),
        Misses = _counts.Misses + (begins && tokens == 0 ? 1 : 0),
        Tokens = _counts.Tokens + tokens,
    };

    /// <summary>Keeps what a sequence remembers, as far as there is room; the sequence may go on.</summary>
    /// <param name="path">What it has read and made, or is to read from its cache's length on.</param>
    public void Keep(TokenPath path, SequenceCache cache)
    {
        var (length, shortest) = (cache.Length, cache.ShortestFork);
        if (length == 0 || cache.Bytes > budget)
        {
            return;
        }
        if (_tree.TryCover(path, length, shortest, out var known))
        {
            Touch(known);
        }
        else if (cache.Fork(length) is { } fork)
        {
            foreach (var covered in _tree.Covered(path, length, shortest))
            {
                Drop(covered);
            }
            var entry = new Entry(fork);
            entry.Place = _tree.Add(path, length, shortest, entry);
            _byUse.AddLast(entry.Use);
            _ledger.Add(fork);
            while (_ledger.Bytes > budget)
            {
                Drop(_byUse.First!.Value);
            }
        }
    }

    /// <summary>Gives way to the sequences that run: drops what was used last longest until all fits.</summary>
    /// <param name="most">Bytes that they may hold together with what is kept.</param>
    internal void MakeRoom(ReadOnlySpan<Sequence> running, long most)
    {
        while (_byUse.First is { Value: var oldest } && _ledger.Bytes + Held(running) > most && _ledger.Bytes + HeldAlone(running) > most)
        {
            Drop(oldest);
        }
    }

    public void Dispose()
    {
        while (_byUse.First is { Value: var entry })
        {
            Drop(entry);
        }
    }

    private static long Held(ReadOnlySpan<Sequence> running)
    {
        var bytes = 0L;
        foreach (var sequence in running)
        {
            bytes += sequence.Cache.Bytes;
        }
        return bytes;
    }

    /// <summary>Without what they share with kept prefixes; it takes a look at each block.</summary>
    private long HeldAlone(ReadOnlySpan<Sequence> running)
    {
        var bytes = Held(running);
        foreach (var sequence in running)
        {
            bytes -= _ledger.SharedWith(sequence.Cache);
        }
        return bytes;
    }

    private void Touch(Entry entry)
    {
        _byUse.Remove(entry.Use);
        _byUse.AddLast(entry.Use);
    }

    private void Drop(Entry entry)
    {
        _byUse.Remove(entry.Use);
        _tree.Remove(entry.Place!);
        _ledger.Remove(entry.Cache);
        entry.Cache.Dispose();
    }

    private sealed class Entry
    {
        public Entry(SequenceCache cache)
        {
            Cache = cache;
            Use = new LinkedListNode<Entry>(this);
        }

        public SequenceCache Cache { get; }

        public LinkedListNode<Entry> Use { get; }

        public PrefixTree<Entry>.IPlace? Place { get; set; }
    }
}
