using System.Numerics;

namespace MlxActors.Models.Text;

/// <summary>
/// The merges of a BPE model: which pairs of tokens join, how early, and into what. An open-addressed table, because a dictionary keyed
/// by the two ids in one number hashes them to their exclusive or and degenerates.
/// </summary>
internal sealed class MergeTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly Entry[] _entries;
    private readonly int _shift;
    private readonly int[] _resultByRank;

    /// <param name="merges">In the order of the file, the earliest first; a pair given twice takes its later place.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(merges.Count, 1) * 2);
        _shift = 64 - BitOperations.Log2(size);
        _entries = new Entry[size];
        _resultByRank = new int[merges.Count];
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, result) = merges[rank];
            _resultByRank[rank] = result;
            _entries[Find(left, right)] = new Entry(Key(left, right), rank, result);
        }
    }

    public bool TryGet(int left, int right, out int rank, out int result)
    {
        ref readonly var entry = ref _entries[Find(left, right)];
        (rank, result) = (entry.Rank, entry.Result);
        return entry.Key != 0;
    }

    public int ResultOf(int rank) => _resultByRank[rank];

    private int Find(int left, int right)
    {
        var key = Key(left, right);
        var mask = _entries.Length - 1;
        var slot = (int)((key * Multiplier) >> _shift);
        while (_entries[slot].Key is var found && found != key && found != 0)
        {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /// <summary>Never zero, which marks a free slot.</summary>
    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32 | (uint)right) + 1;

    private readonly record struct Entry(ulong Key, int Rank, int Result);
}
