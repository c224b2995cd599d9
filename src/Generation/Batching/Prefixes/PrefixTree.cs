using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MlxActors.Generation.Batching.Prefixes;

/// <summary>
/// Values by what they were made of: a radix tree of token paths. A value lies at the end of its path, and serves every length from
/// a shortest one up to there. Knows no tensors.
/// </summary>
public sealed class PrefixTree<T>
    where T : class
{
    private readonly Node _root = new(null, new TokenPath([], []), 0, 0);

    /// <summary>Places that are held, for tests: no more than twice the values.</summary>
    public int Places => _root.CountBelow();

    /// <summary>Puts a value at the end of the first <paramref name="length"/> tokens of a path, where none may lie yet.</summary>
    /// <param name="shortest">The shortest length that it serves.</param>
    /// <returns>Its place, by which it is removed.</returns>
    public IPlace Add(TokenPath path, int length, int shortest, T value)
    {
        var node = _root;
        while (node.End < length)
        {
            node = node.Towards(path, length);
        }
        if (node.Value is not null)
        {
            throw new InvalidOperationException($"a value lies at {length} already");
        }
        (node.Value, node.OwnShortest) = (value, shortest);
        node.Update();
        return node;
    }

    public void Remove(IPlace place)
    {
        var node = (Node)place;
        (node.Value, node.OwnShortest) = (null, int.MaxValue);
        node.Prune();
    }

    /// <summary>
    /// The longest beginning of a path, of at most <paramref name="most"/> tokens, that some value serves; null when there is none.
    /// </summary>
    public (int Length, T Value)? Longest(TokenPath path, int most)
    {
        (int Length, Node Node)? best = null;
        var node = _root;
        while (node.End < most && node.Child(path[node.End]) is { } child)
        {
            var common = path.CommonLength(child.Path, node.End, Math.Min(child.End, most));
            if (child.Shortest <= common)
            {
                best = (common, child);
            }
            if (common < child.End)
            {
                break;
            }
            node = child;
        }
        return best is var (length, below) ? (length, below.AnyThatServes(length)) : null;
    }

    /// <summary>A value that serves all lengths of a path from <paramref name="shortest"/> to <paramref name="length"/>.</summary>
    public bool TryCover(TokenPath path, int length, int shortest, [NotNullWhen(true)] out T? value)
    {
        value = null;
        var node = _root;
        while (node.End < length)
        {
            if (node.Child(path[node.End]) is not { } child)
            {
                return false;
            }
            var to = Math.Min(child.End, length);
            if (path.CommonLength(child.Path, node.End, to) < to)
            {
                return false;
            }
            node = child;
        }
        value = node.Shortest <= shortest ? node.AnyThatServes(shortest) : null;
        return value is not null;
    }

    /// <summary>
    /// The values along a path that serve no length outside of those from <paramref name="shortest"/> to <paramref name="length"/>.
    /// </summary>
    public ImmutableArray<T> Covered(TokenPath path, int length, int shortest)
    {
        var covered = ImmutableArray.CreateBuilder<T>();
        var node = _root;
        while (node.End < length
            && node.Child(path[node.End]) is { } child
            && child.End <= length
            && path.CommonLength(child.Path, node.End, child.End) == child.End)
        {
            if (child.Value is { } value && child.OwnShortest >= shortest)
            {
                covered.Add(value);
            }
            node = child;
        }
        return covered.ToImmutable();
    }

    /// <summary>Where a value lies.</summary>
    public interface IPlace;

    /// <summary>The tokens of <see cref="Path"/> from the parent's end to <see cref="End"/>.</summary>
    private sealed class Node(Node? parent, TokenPath path, int start, int end) : IPlace
    {
        private readonly Dictionary<PathUnit, Node> _children = [];
        private Node? _parent = parent;

        public TokenPath Path { get; } = path;

        public int End { get; } = end;

        public T? Value { get; set; }

        public int OwnShortest { get; set; } = int.MaxValue;

        /// <summary>The shortest length that a value here or below serves.</summary>
        public int Shortest { get; private set; } = int.MaxValue;

        private int Start { get; set; } = start;

        public Node? Child(PathUnit next) => _children.GetValueOrDefault(next);

        /// <summary>The child on the way to the first <paramref name="length"/> tokens of a path, made or cut in two if need be.</summary>
        public Node Towards(TokenPath path, int length)
        {
            var next = path[End];
            if (Child(next) is not { } child)
            {
                return _children[next] = new Node(this, path, End, length);
            }
            var common = path.CommonLength(child.Path, End, Math.Min(child.End, length));
            if (common == child.End)
            {
                return child;
            }
            var between = new Node(this, child.Path, End, common) { Shortest = child.Shortest };
            _children[next] = between;
            between.Adopt(child);
            return between;
        }

        /// <summary>A value that serves a length; there must be one.</summary>
        public T AnyThatServes(int length)
        {
            var node = this;
            while (node.OwnShortest > length)
            {
                node = node._children.Values.First(child => child.Shortest <= length);
            }
            return node.Value!;
        }

        /// <summary>Renews what this place and those above it know of what lies below.</summary>
        public void Update()
        {
            for (var node = this; node is not null; node = node._parent)
            {
                node.Shortest = node._children.Values.Aggregate(node.OwnShortest, (least, child) => Math.Min(least, child.Shortest));
            }
        }

        /// <summary>Takes places out that hold nothing and part nothing.</summary>
        public void Prune()
        {
            var (node, last) = (this, this);
            while (node is { Value: null, _parent: { } parent, _children.Count: < 2 })
            {
                var only = node._children.Values.FirstOrDefault();
                parent._children.Remove(node.Path[node.Start]);
                if (only is not null)
                {
                    parent.Adopt(only);
                }
                (node, last) = (parent, parent);
            }
            last.Update();
        }

        public int CountBelow() => _children.Values.Sum(child => 1 + child.CountBelow());

        private void Adopt(Node child)
        {
            (child._parent, child.Start) = (this, End);
            _children[child.Path[End]] = child;
        }
    }
}
