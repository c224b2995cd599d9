using System.Collections.Immutable;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints;

/// <summary>Members of an object in order, those that may be absent or not, commas between; then any number of others.</summary>
/// <param name="Others">Any one of them; null when there are none.</param>
/// <param name="Least">Fewest members.</param>
/// <param name="Most">Most members; null: any number.</param>
internal sealed record Members(ImmutableArray<(Expression Member, bool IsRequired)> Named, Expression? Others, int Least, int? Most)
{
    // Up to here it matters how many members there are already; whether there is any always does, for the comma.
    private int MostCounted => Math.Max(1, Most ?? Least);

    public Expression ToExpression()
    {
        // What may come behind so many members, from the last named one back. Each stands in the next ones twice, but is laid out once.
        var behind = Enumerable.Range(0, Math.Min(Named.Length, MostCounted) + 1).Select(End).ToArray();
        for (var i = Named.Length - 1; i >= 0; i--)
        {
            var next = behind;
            behind = [.. Enumerable.Range(0, Math.Min(i, MostCounted) + 1).Select(count => From(Named[i], count, next))];
        }
        return behind[0];
    }

    private Expression From((Expression Member, bool IsRequired) named, int count, Expression[] next)
    {
        var with = count == Most ? new Expression.Choice([]) : Expression.Of(
            count == 0 ? Expression.Empty : Notation.Comma, named.Member, next[Math.Min(count + 1, MostCounted)]);
        return named.IsRequired ? with : Expression.OneOf(with, next[count]);
    }

    private Expression End(int count)
    {
        var least = Math.Max(0, Least - count);
        return Others is null ? (least == 0 ? Expression.Empty : new Expression.Choice([]))
            : count == 0 ? ValueGrammar.List(Others, least, Most)
            : new Expression.Repeat(Expression.Of(Notation.Comma, Others), least, Most - count);
    }
}
