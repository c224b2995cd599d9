using System.Collections.Immutable;
using System.Globalization;

namespace MlxActors.Generation.Constraints.Grammars;

/// <summary>A bound of numbers.</summary>
/// <param name="IsOpen">Whether the bound itself is left out.</param>
internal readonly record struct Bound(decimal Value, bool IsOpen)
{
    /// <summary>The tighter of two lower bounds; null: none.</summary>
    public static Bound? Greater(Bound? one, Bound? other) => Tighter(one, other, 1);

    /// <summary>The tighter of two upper bounds; null: none.</summary>
    public static Bound? Lesser(Bound? one, Bound? other) => Tighter(one, other, -1);

    private static Bound? Tighter(Bound? one, Bound? other, int sign) =>
        one is not { } left ? other
        : other is not { } right ? one
        : (left.Value.CompareTo(right.Value) * sign) switch
        {
            > 0 => left,
            < 0 => right,
            _ => new Bound(left.Value, left.IsOpen || right.IsOpen),
        };
}

/// <summary>Decimal numbers within bounds, without exponents. Digits are limited, so that a number comes to its end.</summary>
internal static class DecimalRanges
{
    /// <summary>The largest number written without an exponent: 18 digits.</summary>
    public const long Most = 999_999_999_999_999_999;

    /// <summary>Few enough that a number below a bound does not become the bound where it is read as a double.</summary>
    public const int MostFractionDigits = 12;

    private static readonly Expression Digit = new Expression.Range((byte)'0', (byte)'9');
    private static readonly Expression Point = Expression.Literal(".");
    private static readonly Expression Fraction = Expression.Of(Point, new Expression.Repeat(Digit, 1, MostFractionDigits));
    private static readonly Expression Minus = Expression.Literal("-");

    /// <summary>Any number, with a fraction and an exponent or without.</summary>
    public static Expression AnyNumber { get; } = Expression.Of(
        Expression.Optional(Minus),
        Whole(0, Most),
        Expression.Optional(Fraction),
        Expression.Optional(Expression.Of(
            Expression.OneOf(Expression.Literal("e"), Expression.Literal("E")),
            Expression.Optional(Expression.OneOf(Expression.Literal("+"), Minus)),
            new Expression.Repeat(Digit, 1, 2))));

    /// <summary>Integers, both ends included; none when they are the wrong way round.</summary>
    public static Expression Integers(long least, long most)
    {
        (least, most) = (Math.Max(least, -Most), Math.Min(most, Most));
        var negative = least < 0 && least <= most ? Expression.Of(Minus, Whole(Math.Max(1, -most), -least)) : Nothing;
        return Expression.OneOf(negative, Whole(Math.Max(0, least), most));
    }

    /// <summary>Numbers with a fraction of at most so many digits, or without.</summary>
    public static Expression Numbers(Bound least, Bound most, int digits)
    {
        var positive = Magnitudes(least.Value < 0 ? new Bound(0, false) : least, most, digits);
        var negative = Magnitudes(
            most.Value > 0 ? new Bound(0, false) : new Bound(-most.Value, most.IsOpen), new Bound(-least.Value, least.IsOpen), digits);
        return Expression.OneOf(positive, Expression.Of(Minus, negative));
    }

    private static Expression Nothing => new Expression.Choice([]);

    private static Expression Magnitudes(Bound least, Bound most, int digits)
    {
        if (least.Value > most.Value || (least.Value == most.Value && (least.IsOpen || most.IsOpen)))
        {
            return Nothing;
        }
        var (first, last) = ((long)decimal.Truncate(least.Value), (long)decimal.Truncate(most.Value));
        var (low, high) = (Edge.Of(least), Edge.Of(most));
        if (first == last)
        {
            return Expression.Of(Whole(first, first), FractionWithin(low, high, digits));
        }
        return Expression.OneOf(
            Expression.Of(Whole(first, first), FractionWithin(low, null, digits)),
            Expression.Of(Whole(first + 1, last - 1), FractionWithin(null, null, digits)),
            Expression.Of(Whole(last, last), FractionWithin(null, high, digits)));
    }

    /// <summary>What stands behind the whole number; nothing, where that is within the edges.</summary>
    private static Expression FractionWithin(Edge? low, Edge? high, int digits)
    {
        var some = Expression.Of(Point, DigitsWithin(low, high, digits));
        return HoldZero(low, high) ? Expression.Optional(some) : some;
    }

    private static Expression DigitsWithin(Edge? low, Edge? high, int left)
    {
        if (left == 0)
        {
            return Nothing;
        }
        if (low is null && high is null)
        {
            return new Expression.Repeat(Digit, 1, left);
        }
        var (first, last) = (low?.First ?? '0', high?.First ?? '9');
        var options = ImmutableArray.CreateBuilder<Expression>();
        for (var digit = first; digit <= last; digit++)
        {
            var (below, above) = (digit == first ? low?.Rest : null, digit == last ? high?.Rest : null);
            var more = DigitsWithin(below, above, left - 1);
            options.Add(Expression.Of(Between(digit, digit), HoldZero(below, above) ? Expression.Optional(more) : more));
        }
        return Expression.OneOf(options.ToImmutable());
    }

    private static bool HoldZero(Edge? low, Edge? high) =>
        (low is not { } least || (least.Digits.Length == 0 && !least.IsOpen))
        && (high is not { } most || most.Digits.Length > 0 || !most.IsOpen);

    /// <summary>The digits of a bound behind the point, without zeros at their end.</summary>
    private readonly record struct Edge(string Digits, bool IsOpen)
    {
        public char First => Digits.Length > 0 ? Digits[0] : '0';

        public Edge Rest => this with { Digits = Digits.Length > 0 ? Digits[1..] : "" };

        public static Edge Of(Bound bound)
        {
            var fraction = (bound.Value - decimal.Truncate(bound.Value)).ToString(CultureInfo.InvariantCulture).Split('.');
            return new Edge(fraction is [_, var digits] ? digits.TrimEnd('0') : "", bound.IsOpen);
        }
    }

    /// <summary>Integers from 0 on, without leading zeros.</summary>
    private static Expression Whole(long least, long most)
    {
        var options = ImmutableArray.CreateBuilder<Expression>();
        for (var power = 1L; least <= most && power <= Most; power *= 10)
        {
            var (first, last) = (power == 1 ? 0 : power, power * 10 - 1);
            if (first <= most && last >= least)
            {
                options.Add(SameLength(Digits(Math.Max(first, least)), Digits(Math.Min(last, most))));
            }
        }
        return Expression.OneOf(options.ToImmutable());
    }

    private static Expression SameLength(string least, string most)
    {
        if (least.Length == 0)
        {
            return Expression.Empty;
        }
        if (least.All(digit => digit == '0') && most.All(digit => digit == '9'))
        {
            return new Expression.Repeat(Digit, least.Length, least.Length);
        }
        var (low, high, rest) = (least[0], most[0], least.Length - 1);
        if (low == high)
        {
            return Expression.Of(Between(low, low), SameLength(least[1..], most[1..]));
        }
        var lowest = Expression.Of(Between(low, low), SameLength(least[1..], new string('9', rest)));
        var highest = Expression.Of(Between(high, high), SameLength(new string('0', rest), most[1..]));
        var middle = Expression.Of(
            Between((char)(low + 1), (char)(high - 1)), new Expression.Repeat(Digit, rest, rest));
        return high - low > 1 ? Expression.OneOf(lowest, middle, highest) : Expression.OneOf(lowest, highest);
    }

    private static Expression Between(char first, char last) => new Expression.Range((byte)first, (byte)last);

    private static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);
}
