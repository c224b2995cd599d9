using System.Numerics.Tensors;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Masks;

/// <summary>
/// A grammar made deterministic as far as answers have gone, over one vocabulary. States and masks are kept, so that an answer like an
/// earlier one costs a look-up a token; when there are too many, all are forgotten. Used by one thread at a time.
/// </summary>
internal sealed class Automaton
{
    private const int MostStates = 1 << 14;
    private const long MostMaskBytes = 16 << 20;

    private readonly Grammar _grammar;
    private readonly TokenVocabulary _vocabulary;
    private readonly ulong[] _bits;
    private readonly AutomatonState?[] _path;
    private readonly Dictionary<StateKey, AutomatonState> _states = [];
    private readonly Dictionary<(int Below, int Return), Frame> _frames = [];
    private readonly HashSet<(int Node, int Frame)> _seen = [];
    private readonly List<Position> _found = [];
    private AutomatonState? _start;
    private bool _isComplete;
    private int _frameIds;
    private long _maskBytes;

    public Automaton(Grammar grammar, TokenVocabulary vocabulary)
    {
        (_grammar, _vocabulary) = (grammar, vocabulary);
        _bits = new ulong[TokenMask.Words(vocabulary.Size)];
        _path = new AutomatonState?[vocabulary.LongestToken + 1];
    }

    public TokenVocabulary Vocabulary => _vocabulary;

    public AutomatonState Start
    {
        get
        {
            if (_start is null)
            {
                Visit(_grammar.Start, null);
                _start = Settle();
            }
            return _start;
        }
    }

    public AutomatonState Next(AutomatonState state, byte value)
    {
        var kind = _grammar.ClassOf[value];
        return state.Next[kind] ??= Step(state, value);
    }

    /// <exception cref="InvalidOperationException">No token of the vocabulary leads on, for it lacks some byte.</exception>
    public TokenMask MaskOf(AutomatonState state)
    {
        if (state.Mask is { } known)
        {
            return known;
        }
        Array.Clear(_bits);
        AllowPlain(state);
        Walk(_vocabulary.Others, state);
        if (state.IsComplete)
        {
            foreach (var token in _vocabulary.EndTokens)
            {
                Allow(token);
            }
        }
        var mask = new TokenMask(_bits, _vocabulary.Size);
        if (mask.Count == 0)
        {
            throw new InvalidOperationException("no token of the vocabulary leads on");
        }
        _maskBytes += _bits.Length * sizeof(ulong);
        if (_maskBytes > MostMaskBytes)
        {
            Forget();
        }
        state.Mask = mask;
        return mask;
    }

    /// <summary>
    /// Where any character may come, as in most strings, plain tokens are allowed by their number of characters; only where it matters
    /// which character comes are they looked at.
    /// </summary>
    private void AllowPlain(AutomatonState state)
    {
        var (most, free, next) = (_vocabulary.MostPlainCharacters, 0, state);
        while (free < most && PlainCharacters.After(this, next) is { } after)
        {
            if (after.IsDead)
            {
                break;
            }
            free = after == next ? most : free + 1;
            next = after;
        }
        if (free > 0)
        {
            TensorPrimitives.BitwiseOr<ulong>(_bits, _vocabulary.PlainUpTo(free), _bits);
        }
        if (free < most && PlainCharacters.After(this, next) is null)
        {
            Walk(_vocabulary.Plain, state);
        }
    }

    private void Walk(TokenTrie trie, AutomatonState start)
    {
        var (values, depths, skips, firsts, tokens) = (trie.Values, trie.Depths, trie.Skips, trie.FirstTokens, trie.Tokens);
        var classes = _grammar.ClassOf.AsSpan();
        _path[0] = start;
        for (var node = 0; node < values.Length;)
        {
            var (before, depth) = (_path[depths[node]]!, depths[node]);
            var next = before.Next[classes[values[node]]] ?? Next(before, values[node]);
            if (next.IsDead)
            {
                node = skips[node];
                continue;
            }
            for (var i = firsts[node]; i < firsts[node + 1]; i++)
            {
                Allow(tokens[i]);
            }
            _path[depth + 1] = next;
            node++;
        }
    }

    private void Allow(int token) => _bits[token >> 6] |= 1UL << (token & 63);

    private AutomatonState Step(AutomatonState state, byte value)
    {
        foreach (var (node, frame) in state.Positions)
        {
            foreach (var (first, last, target) in _grammar.Nodes[node].Edges)
            {
                if (first <= value && value <= last)
                {
                    Visit(target, frame);
                }
            }
        }
        return Settle();
    }

    /// <summary>The state of all that was visited.</summary>
    private AutomatonState Settle()
    {
        _found.Sort((left, right) => left.Node != right.Node ? left.Node - right.Node : (left.Frame?.Id ?? 0) - (right.Frame?.Id ?? 0));
        var positions = _found.ToArray();
        var key = new StateKey(positions, _isComplete);
        if (!_states.TryGetValue(key, out var state))
        {
            if (_states.Count >= MostStates)
            {
                Forget();
            }
            state = new AutomatonState(positions, _isComplete, _grammar.ClassCount);
            _states.Add(key, state);
        }
        _found.Clear();
        _seen.Clear();
        _isComplete = false;
        return state;
    }

    /// <summary>A node and all that lies behind it without a byte, as far as an end within the depth remains in reach.</summary>
    private void Visit(int index, Frame? frame)
    {
        var node = _grammar.Nodes[index];
        var depth = frame?.Depth ?? 0;
        if (depth + node.Need > Grammar.MaxDepth || !_seen.Add((index, frame?.Id ?? 0)))
        {
            return;
        }
        if (!node.Edges.IsEmpty)
        {
            _found.Add(new Position(index, frame));
        }
        if (node.IsEnd && frame is null)
        {
            _isComplete = true;
        }
        else if (node.IsEnd)
        {
            Visit(frame!.Return, frame.Below);
        }
        foreach (var target in node.Jumps)
        {
            Visit(target, frame);
        }
        foreach (var (rule, back) in node.Calls)
        {
            if (depth + _grammar.Nodes[back].Need <= Grammar.MaxDepth)
            {
                Visit(_grammar.RuleStarts[rule], Push(frame, back));
            }
        }
    }

    private Frame Push(Frame? below, int back)
    {
        if (!_frames.TryGetValue((below?.Id ?? 0, back), out var frame))
        {
            frame = new Frame(below, back, ++_frameIds, (below?.Depth ?? 0) + 1);
            _frames.Add((below?.Id ?? 0, back), frame);
        }
        return frame;
    }

    /// <summary>Answers go on from the states that they hold; what they need is found again.</summary>
    private void Forget()
    {
        _states.Clear();
        _frames.Clear();
        (_start, _maskBytes) = (null, 0);
    }

    private readonly struct StateKey(Position[] positions, bool isComplete) : IEquatable<StateKey>
    {
        private readonly Position[] _positions = positions;
        private readonly bool _isComplete = isComplete;

        public bool Equals(StateKey other)
        {
            if (_isComplete != other._isComplete || _positions.Length != other._positions.Length)
            {
                return false;
            }
            for (var i = 0; i < _positions.Length; i++)
            {
                if (_positions[i].Node != other._positions[i].Node || !ReferenceEquals(_positions[i].Frame, other._positions[i].Frame))
                {
                    return false;
                }
            }
            return true;
        }

        public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(_isComplete);
            foreach (var (node, frame) in _positions)
            {
                hash.Add(node);
                hash.Add(frame?.Id ?? 0);
            }
            return hash.ToHashCode();
        }
    }
}
