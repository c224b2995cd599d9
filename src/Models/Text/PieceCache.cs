namespace MlxActors.Models.Text;

/// <summary>
/// Remembers the tokens of short pieces. One slot per hash, the newest wins: bounded, never locked; a race loses at most an entry, because
/// entries are immutable and written as one reference.
/// </summary>
internal sealed class PieceCache
{
    private const int Slots = 1 << 16;
    private const int LongestPiece = 64;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>The slot for this piece and what it holds for it; slot -1 when the piece is too long to be kept.</summary>
    public int[]? Find(ReadOnlySpan<char> piece, out int slot)
    {
        if (piece.Length > LongestPiece)
        {
            slot = -1;
            return null;
        }
        slot = string.GetHashCode(piece) & (Slots - 1);
        return Volatile.Read(ref _entries[slot]) is { } entry && piece.SequenceEqual(entry.Piece) ? entry.Ids : null;
    }

    public void Keep(int slot, ReadOnlySpan<char> piece, ReadOnlySpan<int> ids)
    {
        if (slot >= 0)
        {
            Volatile.Write(ref _entries[slot], new Entry(piece.ToString(), ids.ToArray()));
        }
    }

    private sealed record Entry(string Piece, int[] Ids);
}
