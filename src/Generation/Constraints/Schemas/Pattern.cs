using System.Collections.Immutable;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>A regular expression over characters; a text matches when all of it does.</summary>
internal abstract record Pattern
{
    private Pattern()
    {
    }

    public static Pattern Nothing { get; } = new Sequence([]);

    /// <summary>Any text at all.</summary>
    public static Pattern Anything { get; } = OfLength(0, null);

    public sealed record One(CodePoints Characters) : Pattern;

    public sealed record Sequence(ImmutableArray<Pattern> Parts) : Pattern;

    public sealed record Choice(ImmutableArray<Pattern> Options) : Pattern;

    /// <param name="Most">Null: any number.</param>
    public sealed record Repeat(Pattern Inner, int Least, int? Most) : Pattern;

    /// <summary>Takes nothing itself, but all of the text that is left must match <paramref name="Rest"/>, or must not.</summary>
    public sealed record Ahead(Pattern Rest, bool Holds) : Pattern;

    /// <summary>Texts that an automaton has found.</summary>
    public sealed record Found(TextAutomaton Texts) : Pattern;

    public static Pattern OfLength(int least, int? most) => new Repeat(new One(CodePoints.All), least, most);

    public static Pattern Of(string text) =>
        new Sequence([.. text.EnumerateRunes().Select(rune => new One(CodePoints.Of((rune.Value, rune.Value))))]);

    /// <summary>An expression in ASCII that calls no rules.</summary>
    public static Pattern Of(Expression expression) => expression switch
    {
        Expression.Bytes(var value) => new Sequence([.. value.Select(one => new One(CodePoints.Of((one, one))))]),
        Expression.Range(var first, var last) => new One(CodePoints.Of((first, last))),
        Expression.Sequence(var parts) => new Sequence([.. parts.Select(Of)]),
        Expression.Choice(var options) => new Choice([.. options.Select(Of)]),
        Expression.Repeat(var inner, var least, var most) => new Repeat(Of(inner), least, most),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static Pattern Both(Pattern one, Pattern other) => new Sequence([new Ahead(one, Holds: true), other]);

    public static Pattern Not(Pattern pattern) => new Sequence([new Ahead(pattern, Holds: false), Anything]);

    /// <summary>Whether it looks ahead somewhere, which only an automaton can.</summary>
    public bool LooksAhead => this switch
    {
        One or Found => false,
        Sequence(var parts) => parts.Any(part => part.LooksAhead),
        Choice(var options) => options.Any(option => option.LooksAhead),
        Repeat(var inner, _, _) => inner.LooksAhead,
        Ahead => true,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Whether every text that it matches is known to have so many characters.</summary>
    /// <param name="most">Null: no most.</param>
    public bool IsWithin(int least, int? most) =>
        Lengths is var (fewest, highest) && fewest >= least && (most is not { } bound || highest <= bound);

    /// <summary>The texts that have so many characters.</summary>
    /// <returns>Null when there is none; else a pattern that does not look ahead.</returns>
    /// <exception cref="TooManyStatesException" />
    public Pattern? Within(int least, int? most)
    {
        var isWithin = IsWithin(least, most);
        if (isWithin && !LooksAhead)
        {
            return this;
        }
        var texts = TextAutomaton.Of(this);
        texts = isWithin ? texts : texts.WithLength(least, most);
        return texts.IsEmpty ? null : new Found(texts);
    }

    /// <summary>Fewest and most characters, at the least and at the most; infinite where there is no most.</summary>
    private (double Fewest, double Most) Lengths => this switch
    {
        One => (1, 1),
        Sequence([Ahead(var ahead, Holds: true), .. var rest]) => ahead.Lengths is var one && new Sequence(rest).Lengths is var other
            ? (Math.Max(one.Fewest, other.Fewest), Math.Min(one.Most, other.Most))
            : default,
        Sequence(var parts) => (parts.Sum(part => part.Lengths.Fewest), parts.Sum(part => part.Lengths.Most)),
        Choice(var options) => (options.Min(option => option.Lengths.Fewest), options.Max(option => option.Lengths.Most)),
        Repeat(var inner, var least, var most) => inner.Lengths is var (fewest, highest)
            ? (fewest * least, highest == 0 ? 0 : highest * (most ?? double.PositiveInfinity))
            : default,
        Ahead => (0, 0),
        Found => (0, double.PositiveInfinity),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>One that does not look ahead as an expression, each character written as <paramref name="write"/> has it.</summary>
    public Expression ToExpression(Func<CodePoints, Expression> write) => this switch
    {
        One(var characters) => write(characters),
        Sequence(var parts) => Expression.Of([.. parts.Select(part => part.ToExpression(write))]),
        Choice(var options) => Expression.OneOf([.. options.Select(option => option.ToExpression(write))]),
        Repeat(var inner, var least, var most) => new Expression.Repeat(inner.ToExpression(write), least, most),
        Found(var texts) => texts.ToExpression(write),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
