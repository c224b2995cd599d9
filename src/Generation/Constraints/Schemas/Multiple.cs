using System.Collections.Immutable;
using System.Numerics;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>What numbers are multiples of: so many units of the last of so many digits behind the point.</summary>
internal readonly record struct Multiple(int Factor, int Digits)
{
    /// <summary>Each remainder is a state of an automaton.</summary>
    public const int MostFactor = 200;

    public static Multiple One { get; } = new(1, 0);

    /// <param name="step">Above 0.</param>
    /// <returns>Null when it has too many digits.</returns>
    public static Multiple? Of(decimal step)
    {
        for (var digits = 0; digits <= DecimalRanges.MostFractionDigits && step <= MostFactor; digits++, step *= 10)
        {
            if (decimal.Truncate(step) == step)
            {
                return new Multiple((int)step, digits);
            }
        }
        return null;
    }

    /// <summary>The numbers that are multiples of both; null when those have too many digits.</summary>
    public static Multiple? Both(Multiple one, Multiple other)
    {
        var digits = Math.Max(one.Digits, other.Digits);
        var (left, right) = (one.In(digits), other.In(digits));
        var least = left / BigInteger.GreatestCommonDivisor(left, right) * right;
        return least <= MostFactor * BigInteger.Pow(10, digits) ? Of((decimal)least / (decimal)BigInteger.Pow(10, digits)) : null;
    }

    public bool Allows(decimal number) => number % new decimal(Factor, 0, 0, false, (byte)Digits) == 0;

    /// <summary>All of them as they are written without exponents, with no more digits behind the point.</summary>
    public TextAutomaton ToTexts()
    {
        var (factor, digits) = (Factor, Digits);
        var states = new List<TextAutomaton.State>
        {
            new([(CodePoints.Of("-"), 1), .. Ways(0, 2)], IsEnd: false),
            new(Ways(0, 2), IsEnd: false),
        };
        for (var before = 0; before < factor; before++)
        {
            var point = (CodePoints.Of("."), 2 + factor + before);
            states.Add(new TextAutomaton.State([point, .. Ways(before, 2)], IsMultiple(before, digits)));
        }
        for (var behind = 0; behind <= digits; behind++)
        {
            var next = 2 + ((behind + 2) * factor);
            for (var remainder = 0; remainder < factor; remainder++)
            {
                states.Add(new TextAutomaton.State(
                    behind < digits ? Ways(remainder, next) : [], behind > 0 && IsMultiple(remainder, digits - behind)));
            }
        }
        return TextAutomaton.Trim(states);

        bool IsMultiple(int remainder, int missing) => remainder * BigInteger.Pow(10, missing) % factor == 0;

        ImmutableArray<(CodePoints Characters, int Target)> Ways(int remainder, int first) =>
        [
            .. Enumerable.Range(0, 10).GroupBy(digit => ((remainder * 10) + digit) % factor)
                .Select(group => (CodePoints.Of(group.Select(digit => ('0' + digit, '0' + digit))), first + group.Key)),
        ];
    }

    private BigInteger In(int digits) => Factor * BigInteger.Pow(10, digits - Digits);
}
