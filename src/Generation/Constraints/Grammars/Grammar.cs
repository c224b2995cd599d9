using System.Collections.Immutable;

namespace MlxActors.Generation.Constraints.Grammars;

/// <summary>
/// What an answer must be, byte by byte: a pushdown automaton. Each rule is a small nondeterministic automaton of its own; a call of one
/// leaves the place to go on from on a stack. Immutable, and knows of no vocabulary.
/// </summary>
public sealed class Grammar
{
    /// <summary>Most calls that may be open at a time: bounds the nesting of an answer, and the work of each byte.</summary>
    public const int MaxDepth = 48;

    internal Grammar(string key, ImmutableArray<GrammarNode> nodes, ImmutableArray<int> ruleStarts, int start)
    {
        (Key, Nodes, RuleStarts, Start) = (key, nodes, ruleStarts, start);
        (ClassOf, ClassCount) = ByteClasses(nodes);
    }

    /// <summary>Equal for grammars of the same source, so that their automata are shared.</summary>
    public string Key { get; }

    /// <summary>Number of its places.</summary>
    internal int Size => Nodes.Length;

    internal ImmutableArray<GrammarNode> Nodes { get; }

    internal ImmutableArray<int> RuleStarts { get; }

    internal int Start { get; }

    /// <summary>Bytes of one class are alike in every node.</summary>
    internal ImmutableArray<byte> ClassOf { get; }

    internal int ClassCount { get; }

    private static (ImmutableArray<byte> ClassOf, int Count) ByteClasses(ImmutableArray<GrammarNode> nodes)
    {
        Span<bool> begins = stackalloc bool[257];
        foreach (var node in nodes)
        {
            foreach (var (first, last, _) in node.Edges)
            {
                begins[first] = true;
                begins[last + 1] = true;
            }
        }
        var classes = ImmutableArray.CreateBuilder<byte>(256);
        var current = 0;
        for (var value = 0; value < 256; value++)
        {
            current += value > 0 && begins[value] ? 1 : 0;
            classes.Add((byte)current);
        }
        return (classes.MoveToImmutable(), current + 1);
    }
}

/// <summary>A place in a rule.</summary>
/// <param name="Edges">Ways on over one byte.</param>
/// <param name="Jumps">Ways on over nothing.</param>
/// <param name="Calls">Rules to go through, and where to go on behind them.</param>
/// <param name="IsEnd">Whether the rule may end here.</param>
/// <param name="Need">Calls that must at least be open at a time on the way to the end of the rule.</param>
internal sealed record GrammarNode(
    ImmutableArray<(byte First, byte Last, int Target)> Edges,
    ImmutableArray<int> Jumps,
    ImmutableArray<(int Rule, int Return)> Calls,
    bool IsEnd,
    int Need);
