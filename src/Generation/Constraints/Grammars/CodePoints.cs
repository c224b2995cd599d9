using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;

namespace MlxActors.Generation.Constraints.Grammars;

/// <summary>A set of Unicode scalar values, as ascending ranges that do not touch.</summary>
internal sealed record CodePoints(ImmutableArray<(int First, int Last)> Ranges)
{
    private const int LastCodePoint = 0x10FFFF;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    public static CodePoints All { get; } = new([(0, FirstSurrogate - 1), (LastSurrogate + 1, LastCodePoint)]);

    public bool IsEmpty => Ranges.IsEmpty;

    public bool Contains(int codePoint)
    {
        foreach (var (first, last) in Ranges)
        {
            if (codePoint <= last)
            {
                return first <= codePoint;
            }
        }
        return false;
    }

    public bool Equals(CodePoints? other) => other is not null && Ranges.AsSpan().SequenceEqual(other.Ranges.AsSpan());

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var range in Ranges)
        {
            hash.Add(range);
        }
        return hash.ToHashCode();
    }

    public static CodePoints Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var joined = new List<(int First, int Last)>();
        foreach (var (first, last) in ranges.Where(range => range.First <= range.Last).OrderBy(range => range.First))
        {
            if (joined.Count > 0 && first <= joined[^1].Last + 1)
            {
                joined[^1] = (joined[^1].First, Math.Max(joined[^1].Last, last));
            }
            else
            {
                joined.Add((first, last));
            }
        }
        return new CodePoints([.. joined]);
    }

    public static CodePoints Of(string characters) => Of(characters.EnumerateRunes().Select(rune => (rune.Value, rune.Value)));

    public CodePoints Union(CodePoints other) => Of(Ranges.Concat(other.Ranges));

    public CodePoints Except(CodePoints other)
    {
        var left = Ranges.AsEnumerable();
        foreach (var (first, last) in other.Ranges)
        {
            left = left.SelectMany<(int First, int Last), (int First, int Last)>(range =>
                [(range.First, Math.Min(range.Last, first - 1)), (Math.Max(range.First, last + 1), range.Last)])
                .Where(range => range.First <= range.Last)
                .ToArray();
        }
        return Of(left);
    }

    public CodePoints Intersect(CodePoints other) => Except(All.Except(other));

    /// <summary>Their UTF-8.</summary>
    public Expression ToUtf8()
    {
        var options = ImmutableArray.CreateBuilder<Expression>();
        foreach (var (first, last) in Ranges)
        {
            Split(first, last, options);
        }
        return Expression.OneOf(options.ToImmutable());
    }

    /// <summary>Parts a range where the encodings of its ends stop being ranges byte by byte.</summary>
    private static void Split(int first, int last, ImmutableArray<Expression>.Builder options)
    {
        Debug.Assert(last < FirstSurrogate || first > LastSurrogate, "no half of a surrogate pair has UTF-8");
        foreach (var longest in (ReadOnlySpan<int>)[0x7F, 0x7FF, 0xFFFF])
        {
            if (first <= longest && longest < last)
            {
                Split(first, longest, options);
                Split(longest + 1, last, options);
                return;
            }
        }
        for (var shift = 6; last > 0x7F && shift <= 18; shift += 6)
        {
            var low = (1 << shift) - 1;
            if ((first & ~low) == (last & ~low))
            {
                break;
            }
            var cut = (first & low) != 0 ? first | low : (last & low) != low ? (last & ~low) - 1 : last;
            if (cut < last)
            {
                Split(first, cut, options);
                Split(cut + 1, last, options);
                return;
            }
        }
        var (from, to) = (Encode(first), Encode(last));
        options.Add(Expression.Of([.. from.Zip(to, (low, high) => new Expression.Range(low, high))]));
    }

    private static byte[] Encode(int codePoint) => Encoding.UTF8.GetBytes(new Rune(codePoint).ToString());
}
