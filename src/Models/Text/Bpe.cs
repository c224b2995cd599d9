using System.Buffers;

namespace MlxActors.Models.Text;

/// <summary>A token of a piece and the characters that it touches.</summary>
/// <param name="Start">Index of the first one.</param>
/// <param name="End">Index after the last one.</param>
/// <param name="EndsCharacter">False when more bytes of the last one follow in the next token.</param>
internal readonly record struct PieceToken(int Id, int Start, int End, bool EndsCharacter);

/// <summary>
/// Byte-pair encoding of one piece: the earliest merge of the file first, leftmost among equals. A heap of candidate pairs keeps it at
/// O(n log n), whatever the length of the piece. Thread-safe.
/// </summary>
internal sealed class Bpe(Alphabet alphabet, MergeTable merges)
{
    private const int Dead = -1;

    private readonly PieceCache _cache = new();

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (_cache.Find(piece, out var slot) is { } known)
        {
            ids.AddRange(known.AsSpan());
            return;
        }
        using var workspace = new Workspace(piece.Length);
        var count = alphabet.Split(piece, workspace.Ids, workspace.Starts);
        Merge(workspace, count);
        var alive = workspace.Ids[..count];
        alive = alive[..RemoveDead(alive)];
        ids.AddRange(alive);
        _cache.Keep(slot, piece, alive);
    }

    /// <summary>As <see cref="Encode"/>, with the place of each token.</summary>
    public List<PieceToken> EncodeWithOffsets(ReadOnlySpan<char> piece)
    {
        using var workspace = new Workspace(piece.Length);
        var count = alphabet.Split(piece, workspace.Ids, workspace.Starts);
        var starts = workspace.Starts[..count];
        Merge(workspace, count);
        var tokens = new List<PieceToken>();
        for (var first = 0; first < count;)
        {
            var next = first + 1;
            while (next < count && workspace.Ids[next] == Dead)
            {
                next++;
            }
            var endsCharacter = next == count || starts[next] != starts[next - 1];
            var following = next;
            while (following < count && starts[following] == starts[next - 1])
            {
                following++;
            }
            var end = following == count ? piece.Length : starts[following];
            tokens.Add(new PieceToken(workspace.Ids[first], starts[first], end, endsCharacter));
            first = next;
        }
        return tokens;
    }

    /// <summary>
    /// Merges the first <paramref name="count"/> symbols; a token stays where its first symbol stood, the others are dead.
    /// </summary>
    private void Merge(in Workspace workspace, int count)
    {
        var ids = workspace.Ids;
        var previous = workspace.Previous;
        var next = workspace.Next;
        var candidates = new MinHeap(workspace.Candidates);
        for (var i = 0; i < count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
            if (i + 1 < count && merges.TryGet(ids[i], ids[i + 1], out var rank, out _))
            {
                candidates.Push(Candidate(rank, i));
            }
        }
        while (candidates.TryPop(out var candidate))
        {
            var (rank, left) = ((int)(candidate >> 32), (int)(uint)candidate);
            var right = ids[left] == Dead ? count : next[left];
            var result = merges.ResultOf(rank);
            // The pair may have changed since. As in the reference, another pair that joins into the same token still takes this turn.
            if (right == count || !merges.TryGet(ids[left], ids[right], out _, out var current) || current != result)
            {
                continue;
            }
            (ids[left], ids[right]) = (result, Dead);
            var after = next[left] = next[right];
            if (after < count)
            {
                previous[after] = left;
                if (merges.TryGet(result, ids[after], out rank, out _))
                {
                    candidates.Push(Candidate(rank, left));
                }
            }
            if (previous[left] is >= 0 and var before && merges.TryGet(ids[before], result, out rank, out _))
            {
                candidates.Push(Candidate(rank, before));
            }
        }
    }

    private static ulong Candidate(int rank, int position) => (ulong)(uint)rank << 32 | (uint)position;

    private static int RemoveDead(Span<int> ids)
    {
        var count = 0;
        foreach (var id in ids)
        {
            if (id != Dead)
            {
                ids[count++] = id;
            }
        }
        return count;
    }

    /// <summary>The arrays of one run, lent by the shared pools.</summary>
    private readonly ref struct Workspace : IDisposable
    {
        private readonly int[] _numbers;
        private readonly ulong[] _candidates;
        private readonly int _capacity;

        public Workspace(int pieceLength)
        {
            _capacity = pieceLength * Alphabet.MostPerChar;
            _numbers = ArrayPool<int>.Shared.Rent(4 * _capacity);
            // Every merge takes one candidate and adds two at most, and there are fewer merges than symbols.
            _candidates = ArrayPool<ulong>.Shared.Rent(2 * _capacity);
        }

        public Span<int> Ids => _numbers.AsSpan(0, _capacity);

        public Span<int> Starts => _numbers.AsSpan(_capacity, _capacity);

        public Span<int> Previous => _numbers.AsSpan(2 * _capacity, _capacity);

        public Span<int> Next => _numbers.AsSpan(3 * _capacity, _capacity);

        public Span<ulong> Candidates => _candidates;

        public void Dispose()
        {
            ArrayPool<int>.Shared.Return(_numbers);
            ArrayPool<ulong>.Shared.Return(_candidates);
        }
    }
}
