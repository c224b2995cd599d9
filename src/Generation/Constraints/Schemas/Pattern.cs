using System.Collections.Immutable;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>A regular expression over characters.</summary>
internal abstract record Pattern
{
    private Pattern()
    {
    }

    public sealed record One(CodePoints Characters) : Pattern;

    public sealed record Sequence(ImmutableArray<Pattern> Parts) : Pattern;

    public sealed record Choice(ImmutableArray<Pattern> Options) : Pattern;

    /// <param name="Most">Null: any number.</param>
    public sealed record Repeat(Pattern Inner, int Least, int? Most) : Pattern;

    /// <summary>Whether every text that it matches has so many characters; null: no most.</summary>
    public bool IsWithin(int least, int? most) =>
        Lengths is var (fewest, highest) && fewest >= least && (most is not { } bound || highest <= bound);

    /// <summary>Fewest and most characters; infinite where there is no most.</summary>
    private (double Fewest, double Most) Lengths => this switch
    {
        One => (1, 1),
        Sequence(var parts) => (parts.Sum(part => part.Lengths.Fewest), parts.Sum(part => part.Lengths.Most)),
        Choice(var options) => (options.Min(option => option.Lengths.Fewest), options.Max(option => option.Lengths.Most)),
        Repeat(var inner, var least, var most) => inner.Lengths is var (fewest, highest)
            ? (fewest * least, highest == 0 ? 0 : highest * (most ?? double.PositiveInfinity))
            : default,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>As an expression, each character written as <paramref name="write"/> has it.</summary>
    public Expression ToExpression(Func<CodePoints, Expression> write) => this switch
    {
        One(var characters) => write(characters),
        Sequence(var parts) => Expression.Of([.. parts.Select(part => part.ToExpression(write))]),
        Choice(var options) => Expression.OneOf([.. options.Select(option => option.ToExpression(write))]),
        Repeat(var inner, var least, var most) => new Expression.Repeat(inner.ToExpression(write), least, most),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
