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
