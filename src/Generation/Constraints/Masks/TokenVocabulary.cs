using System.Collections.Immutable;

namespace MlxActors.Generation.Constraints.Masks;

/// <summary>
/// A model's tokens as masks see them. Plain tokens hold whole characters only, and none that means anything in a string: where any
/// character may come, all of them are allowed at once. Control tokens and those that stand for nothing are in neither trie.
/// </summary>
internal sealed class TokenVocabulary
{
    /// <summary>Tokens with more plain characters than this are kept with the others.</summary>
    private const int MostCharacters = 16;

    private readonly ImmutableArray<byte>[] _bytes;
    private readonly ulong[][] _plainUpTo;

    private TokenVocabulary(ImmutableArray<byte>[] bytes, IEnumerable<int> ends)
    {
        _bytes = bytes;
        EndTokens = [.. ends.Where(token => token < bytes.Length).Order()];
        var ordered = Enumerable.Range(0, bytes.Length).Where(token => bytes[token].Length is > 0 and <= ushort.MaxValue).ToArray();
        Array.Sort(ordered, (left, right) =>
            bytes[left].AsSpan().SequenceCompareTo(bytes[right].AsSpan()) is var sign and not 0 ? sign : left - right);
        var characters = bytes
            .Select(value => PlainCharacters.CountIn(value.AsSpan()) is <= MostCharacters and var count ? count : 0)
            .ToArray();
        Plain = TokenTrie.Of(ordered.Where(token => characters[token] > 0), BytesOf);
        Others = TokenTrie.Of(ordered.Where(token => characters[token] == 0), BytesOf);
        _plainUpTo = UpTo(characters);
        LongestToken = ordered.Select(token => bytes[token].Length).DefaultIfEmpty().Max();
    }

    /// <summary>Number of ids, width of the logits.</summary>
    public int Size => _bytes.Length;

    /// <summary>Tokens that end an answer.</summary>
    public ImmutableArray<int> EndTokens { get; }

    public TokenTrie Plain { get; }

    public TokenTrie Others { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int LongestToken { get; }

    public int MostPlainCharacters => _plainUpTo.Length;

    /// <summary>A bit for each plain token of at most this many characters.</summary>
    public ReadOnlySpan<ulong> PlainUpTo(int characters) => _plainUpTo[characters - 1];

    /// <param name="bytesOf">Empty for tokens that never belong to a constrained answer.</param>
    public static TokenVocabulary Of(int size, Func<int, ImmutableArray<byte>> bytesOf, IEnumerable<int> ends) =>
        new([.. Enumerable.Range(0, size).Select(bytesOf)], ends);

    public ImmutableArray<byte> BytesOf(int token) => _bytes[token];

    private static ulong[][] UpTo(int[] characters)
    {
        var masks = new ulong[Math.Max(1, characters.DefaultIfEmpty().Max())][];
        for (var most = 1; most <= masks.Length; most++)
        {
            var mask = masks[most - 1] = new ulong[TokenMask.Words(characters.Length)];
            for (var token = 0; token < characters.Length; token++)
            {
                if (characters[token] > 0 && characters[token] <= most)
                {
                    mask[token >> 6] |= 1UL << (token & 63);
                }
            }
        }
        return masks;
    }
}
