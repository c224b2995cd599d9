using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MlxActors.Generation.Constraints.Grammars;

/// <summary>Why expressions make no grammar.</summary>
internal enum GrammarFault
{
    /// <summary>It has more places than the limit allows.</summary>
    TooLarge,

    /// <summary>Nothing satisfies it within <see cref="Grammar.MaxDepth"/>.</summary>
    Unsatisfiable,

    /// <summary>A rule calls itself before it has taken any byte.</summary>
    Endless,
}

/// <summary>Puts a grammar together from expressions, each laid out backwards: before its first byte stands what comes behind its last.</summary>
internal sealed class GrammarBuilder
{
    /// <summary>Some tens of megabytes; usual schemas have some hundreds.</summary>
    private const int MostNodes = 200_000;

    private const int Unreachable = int.MaxValue / 2;

    private readonly List<Draft> _nodes = [];
    private readonly List<Expression?> _rules = [];
    private readonly Dictionary<Place, int> _laid = [];

    /// <summary>A rule whose body comes later, so that bodies can call each other.</summary>
    public int NewRule()
    {
        _rules.Add(null);
        return _rules.Count - 1;
    }

    public void Define(int rule, Expression body) => _rules[rule] = body;

    public Expression Rule(Expression body)
    {
        var rule = NewRule();
        Define(rule, body);
        return new Expression.Call(rule);
    }

    /// <param name="key">See <see cref="Grammar.Key"/>.</param>
    public (Grammar? Grammar, GrammarFault? Fault) Build(string key, Expression root)
    {
        var end = NewNode(isEnd: true);
        var start = Lay(root, end);
        var starts = _rules.Select(body => Lay(body ?? throw new UnreachableException("a rule has no body"), end)).ToImmutableArray();
        if (_nodes.Count >= MostNodes)
        {
            return (null, GrammarFault.TooLarge);
        }
        if (IsEndless(starts))
        {
            return (null, GrammarFault.Endless);
        }
        FindNeeds(starts);
        return _nodes[start].Need > Grammar.MaxDepth
            ? (null, GrammarFault.Unsatisfiable)
            : (new Grammar(key, [.. _nodes.Select(node => node.Freeze())], starts, start), null);
    }

    private int NewNode(bool isEnd = false)
    {
        _nodes.Add(new Draft { IsEnd = isEnd, Need = isEnd ? 0 : Unreachable });
        return _nodes.Count - 1;
    }

    /// <returns>The node before the expression, which goes on to <paramref name="next"/>.</returns>
    private int Lay(Expression expression, int next)
    {
        if (_nodes.Count >= MostNodes)
        {
            return next;
        }
        switch (expression)
        {
            case Expression.Bytes(var value):
                for (var i = value.Length - 1; i >= 0; i--)
                {
                    next = NodeTo(value[i], value[i], next);
                }
                return next;
            case Expression.Range(var first, var last):
                return NodeTo(first, last, next);
            case Expression.Sequence(var parts):
                for (var i = parts.Length - 1; i >= 0; i--)
                {
                    next = Lay(parts[i], next);
                }
                return next;
            case Expression.Choice(var options):
                return Once(expression, next, () => Fork([.. options.Select(option => Lay(option, next))]));
            case Expression.Repeat(var inner, var least, var most):
                return LayRepeat(inner, least, most, next);
            case Expression.Graph(var places):
                return Once(expression, next, () => LayGraph(places, next));
            case Expression.Call(var rule):
                var call = NewNode();
                _nodes[call].Calls.Add((rule, next));
                return call;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>An expression that stands in front of the same node more than once is laid out once.</summary>
    private int Once(Expression expression, int next, Func<int> lay)
    {
        if (!_laid.TryGetValue(new Place(expression, next), out var node))
        {
            node = lay();
            _laid.Add(new Place(expression, next), node);
        }
        return node;
    }

    private int LayRepeat(Expression inner, int least, int? most, int next)
    {
        if (most is { } count)
        {
            // Each goes on or straight to the end, so that few places are open at a time.
            var end = next;
            for (var i = least; i < count && _nodes.Count < MostNodes; i++)
            {
                next = Fork(Lay(inner, next), end);
            }
        }
        else
        {
            var loop = Fork(next);
            _nodes[loop].Jumps.Add(Lay(inner, loop));
            next = loop;
        }
        for (var i = 0; i < least && _nodes.Count < MostNodes; i++)
        {
            next = Lay(inner, next);
        }
        return next;
    }

    /// <summary>From the last place on, so that nodes stand behind those they lead to, but for the ways back.</summary>
    private int LayGraph(ImmutableArray<Expression.Place> places, int next)
    {
        var forks = new int[places.Length];
        for (var i = places.Length - 1; i >= 0 && _nodes.Count < MostNodes; i--)
        {
            int[] entries = [.. places[i].Ways.Where(way => way.Target > i).Select(way => Lay(way.Step, forks[way.Target]))];
            forks[i] = places[i].IsEnd ? Fork([next, .. entries]) : Fork(entries);
        }
        for (var i = 0; i < places.Length && _nodes.Count < MostNodes; i++)
        {
            foreach (var (step, target) in places[i].Ways.Where(way => way.Target <= i))
            {
                _nodes[forks[i]].Jumps.Add(Lay(step, forks[target]));
            }
        }
        return places.IsEmpty ? Fork() : forks[0];
    }

    private int NodeTo(byte first, byte last, int next)
    {
        var node = NewNode();
        _nodes[node].Edges.Add((first, last, next));
        return node;
    }

    private int Fork(params ReadOnlySpan<int> entries)
    {
        var node = NewNode();
        _nodes[node].Jumps.AddRange(entries);
        return node;
    }

    /// <summary>To the fixed point; nodes stand behind those they lead to, so that a pass or two over most grammars suffices.</summary>
    private void FindNeeds(ImmutableArray<int> starts)
    {
        for (var hasChanged = true; hasChanged;)
        {
            hasChanged = false;
            foreach (var node in _nodes)
            {
                var need = node.Need;
                foreach (var (_, _, target) in node.Edges)
                {
                    need = Math.Min(need, _nodes[target].Need);
                }
                foreach (var target in node.Jumps)
                {
                    need = Math.Min(need, _nodes[target].Need);
                }
                foreach (var (rule, back) in node.Calls)
                {
                    need = Math.Min(need, Math.Max(1 + _nodes[starts[rule]].Need, _nodes[back].Need));
                }
                hasChanged |= need != node.Need;
                node.Need = need;
            }
        }
    }

    /// <summary>Whether a rule comes back to itself before any byte. No rule of ours is empty, so only first calls count.</summary>
    private bool IsEndless(ImmutableArray<int> starts)
    {
        var first = starts.Select(start => FirstCalls(start)).ToArray();
        var state = new byte[first.Length];
        return Enumerable.Range(0, first.Length).Any(rule => ComesBack(rule));

        bool ComesBack(int rule)
        {
            if (state[rule] != 0)
            {
                return state[rule] == 1;
            }
            state[rule] = 1;
            var comesBack = first[rule].Any(ComesBack);
            state[rule] = 2;
            return comesBack;
        }
    }

    private HashSet<int> FirstCalls(int start)
    {
        var calls = new HashSet<int>();
        var seen = new HashSet<int> { start };
        var open = new Stack<int>(seen);
        while (open.TryPop(out var node))
        {
            calls.UnionWith(_nodes[node].Calls.Select(call => call.Rule));
            foreach (var target in _nodes[node].Jumps.Where(seen.Add))
            {
                open.Push(target);
            }
        }
        return calls;
    }

    private readonly struct Place(Expression expression, int next) : IEquatable<Place>
    {
        private readonly Expression _expression = expression;
        private readonly int _next = next;

        public bool Equals(Place other) => ReferenceEquals(_expression, other._expression) && _next == other._next;

        public override bool Equals(object? obj) => obj is Place other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(_expression), _next);
    }

    private sealed class Draft
    {
        public List<(byte First, byte Last, int Target)> Edges { get; } = [];

        public List<int> Jumps { get; } = [];

        public List<(int Rule, int Return)> Calls { get; } = [];

        public bool IsEnd { get; init; }

        public int Need { get; set; }

        public GrammarNode Freeze() => new([.. Edges], [.. Jumps], [.. Calls], IsEnd, Need);
    }
}
