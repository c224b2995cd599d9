using System.Collections.Immutable;

namespace MlxActors.Generation.Constraints.Masks;

/// <summary>
/// Tokens by their bytes, as a trie in preorder: the nodes under a node follow it, so that a subtree is passed over by one jump.
/// </summary>
internal sealed class TokenTrie
{
    private TokenTrie(Layout layout) => (Values, Depths, Skips, FirstTokens, Tokens) =
        ([.. layout.Values], [.. layout.Depths], layout.Skips(), [.. layout.FirstTokens, layout.Tokens.Count], [.. layout.Tokens]);

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

    /// <param name="tokens">In the order of their bytes.</param>
    /// <param name="bytesOf">Not empty.</param>
    public static TokenTrie Of(IEnumerable<int> tokens, Func<int, ImmutableArray<byte>> bytesOf)
    {
        var layout = new Layout();
        ReadOnlySpan<byte> last = [];
        foreach (var token in tokens)
        {
            var value = bytesOf(token).AsSpan();
            for (var depth = last.CommonPrefixLength(value); depth < value.Length; depth++)
            {
                layout.Values.Add(value[depth]);
                layout.Depths.Add((ushort)depth);
                layout.FirstTokens.Add(layout.Tokens.Count);
            }
            layout.Tokens.Add(token);
            last = value;
        }
        return new TokenTrie(layout);
    }

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
