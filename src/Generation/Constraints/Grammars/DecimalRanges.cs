using System.Collections.Immutable;
using System.Globalization;

namespace MlxActors.Generation.Constraints.Grammars;

/// <summary>A bound of numbers.</summary>
/// <param name="IsOpen">Whether the bound itself is left out.</param>
internal readonly record struct Bound(long Value, bool IsOpen);

/// <summary>Decimal numbers within bounds, without exponents. Digits are limited, so that a number comes to its end.</summary>
internal static class DecimalRanges
{
    /// <summary>The largest number written without an exponent: 18 digits.</summary>
    public const long Most = 999_999_999_999_999_999;

    private const int MostFractionDigits = 15;

    private static readonly Expression Digit = new Expression.Range((byte)'0', (byte)'9');
    private static readonly Expression Point = Expression.Literal(".");
    private static readonly Expression Fraction = Expression.Of(Point, new Expression.Repeat(Digit, 1, MostFractionDigits));
    private static readonly Expression NoFraction = Expression.Of(Point, new Expression.Repeat(Expression.Literal("0"), 1, MostFractionDigits));
    private static readonly Expression Minus = Expression.Literal("-");

    private static readonly Expression SomeFraction = Expression.Of(
        Point,
        new Expression.Repeat(Expression.Literal("0"), 0, MostFractionDigits - 1),
        new Expression.Range((byte)'1', (byte)'9'),
        new Expression.Repeat(Digit, 0, MostFractionDigits - 1));

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

    /// <summary>Numbers with a fraction or without.</summary>
    public static Expression Numbers(Bound least, Bound most)
    {
        var positive = Magnitudes(least.Value < 0 ? new Bound(0, false) : least, most);
        var negative = Magnitudes(
            most.Value > 0 ? new Bound(0, false) : new Bound(-most.Value, most.IsOpen), new Bound(-least.Value, least.IsOpen));
        return Expression.OneOf(positive, Expression.Of(Minus, negative));
    }

    private static Expression Nothing => new Expression.Choice([]);

    private static Expression Magnitudes(Bound least, Bound most)
    {
        if (least.Value > most.Value || (least.Value == most.Value && (least.IsOpen || most.IsOpen)))
        {
            return Nothing;
        }
        var last = Expression.Of(Whole(most.Value, most.Value), Expression.Optional(NoFraction));
        if (least.Value == most.Value)
        {
            return last;
        }
        var first = Expression.Of(
            Whole(least.Value, least.Value), least.IsOpen ? SomeFraction : Expression.Optional(Fraction));
        var between = Expression.Of(Whole(least.Value + 1, most.Value - 1), Expression.Optional(Fraction));
        return Expression.OneOf(first, between, most.IsOpen ? Nothing : last);
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
