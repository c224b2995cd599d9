using System.Collections.Immutable;

namespace MlxActors.Generation.Constraints.Masks;

/// <summary>
/// The vocabulary's tokens by their bytes, as a trie in preorder: the nodes under a node follow it, so that a subtree is passed over by one
/// jump. Control tokens and those that stand for nothing are not in it.
/// </summary>
internal sealed class TokenTrie
{
    private readonly ImmutableArray<byte>[] _bytes;

    private TokenTrie(ImmutableArray<byte>[] bytes, ImmutableArray<int> ends, Layout layout) =>
        (_bytes, EndTokens, Values, Depths, Skips, FirstTokens, Tokens) =
            (bytes, ends, [.. layout.Values], [.. layout.Depths], layout.Skips(), [.. layout.FirstTokens, layout.Tokens.Count], [.. layout.Tokens]);

    /// <summary>Number of ids, width of the logits.</summary>
    public int VocabSize => _bytes.Length;

    /// <summary>Tokens that end an answer.</summary>
    public ImmutableArray<int> EndTokens { get; }

    /// <summary>Each node's byte.</summary>
    public byte[] Values { get; }

    /// <summary>Each node's depth, from 0.</summary>
    public ushort[] Depths { get; }

    /// <summary>Where to go on when nothing under the node is wanted.</summary>
    public int[] Skips { get; }

    /// <summary>Where each node's tokens begin in <see cref="Tokens"/>; one more than nodes.</summary>
    public int[] FirstTokens { get; }

    public int[] Tokens { get; }

    public int MaxDepth => Values.Length == 0 ? 0 : Depths.Max() + 1;

    /// <param name="bytesOf">Empty for tokens that never belong to a constrained answer.</param>
    public static TokenTrie Of(int vocabSize, Func<int, ImmutableArray<byte>> bytesOf, IEnumerable<int> ends)
    {
        var bytes = Enumerable.Range(0, vocabSize).Select(bytesOf).ToArray();
        var order = Enumerable.Range(0, vocabSize).Where(token => bytes[token].Length is > 0 and <= ushort.MaxValue).ToArray();
        Array.Sort(order, (left, right) => bytes[left].AsSpan().SequenceCompareTo(bytes[right].AsSpan()) is var sign and not 0 ? sign : left - right);
        var layout = new Layout();
        ReadOnlySpan<byte> last = [];
        foreach (var token in order)
        {
            var value = bytes[token].AsSpan();
            for (var depth = last.CommonPrefixLength(value); depth < value.Length; depth++)
            {
                layout.Values.Add(value[depth]);
                layout.Depths.Add((ushort)depth);
                layout.FirstTokens.Add(layout.Tokens.Count);
            }
            layout.Tokens.Add(token);
            last = value;
        }
        return new TokenTrie(bytes, [.. ends.Where(token => token < vocabSize).Order()], layout);
    }

    public ImmutableArray<byte> BytesOf(int token) => _bytes[token];

    private sealed class Layout
    {
        public List<byte> Values { get; } = [];

        public List<ushort> Depths { get; } = [];

        public List<int> FirstTokens { get; } = [];

        public List<int> Tokens { get; } = [];

        public int[] Skips()
        {
            var skips = new int[Values.Count];
            var open = new Stack<int>();
            for (var node = 0; node < skips.Length; node++)
            {
                while (open.TryPeek(out var above) && Depths[above] >= Depths[node])
                {
                    skips[open.Pop()] = node;
                }
                open.Push(node);
            }
            foreach (var node in open)
            {
                skips[node] = skips.Length;
            }
            return skips;
        }
    }
}
