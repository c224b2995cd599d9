using System.Collections.Immutable;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Generation.Constraints.Schemas;

namespace MlxActors.Generation.Constraints;

/// <summary>Lays out schemas in one notation. Containers and characters are rules, so that what repeats is laid out once.</summary>
internal sealed class ValueGrammar
{
    private readonly GrammarBuilder _builder;
    private readonly Notation _notation;
    private readonly Expression _character;
    private readonly Expression _text;
    private readonly Dictionary<Shape, Expression> _rules = new(ReferenceEqualityComparer.Instance);
    private readonly Lazy<Expression> _any;

    public ValueGrammar(GrammarBuilder builder, Notation notation)
    {
        (_builder, _notation) = (builder, notation);
        _character = builder.Rule(notation.AnyCharacter);
        _text = Quoted(new Expression.Repeat(_character, 0, null));
        _any = new Lazy<Expression>(BuildAny);
    }

    /// <summary>All that a schema allows.</summary>
    public Expression Of(Schema schema) => Of(schema.Root, Define(schema));

    /// <summary>The arguments of a call in Python, by the properties of an object; what is named so must be fit for it.</summary>
    public Expression Arguments(Schema schema, ImmutableArray<Property> properties)
    {
        var definitions = Define(schema);
        return Members(
            [.. properties.Select(property => (Expression.Of(Expression.Literal($"{property.Name}="), Of(property.Shape, definitions)), property.IsRequired))],
            null);
    }

    private int[] Define(Schema schema)
    {
        var definitions = schema.Definitions.Select(_ => _builder.NewRule()).ToArray();
        for (var i = 0; i < definitions.Length; i++)
        {
            _builder.Define(definitions[i], Of(schema.Definitions[i], definitions));
        }
        return definitions;
    }

    private Expression Of(Shape shape, int[] definitions) => shape switch
    {
        Shape.Any => _any.Value,
        Shape.Null => Expression.Literal(_notation.Null),
        Shape.Boolean => Expression.OneOf(Expression.Literal(_notation.True), Expression.Literal(_notation.False)),
        Shape.Number number => Number(number),
        Shape.Text(var least, var most) => Quoted(new Expression.Repeat(_character, least, most)),
        Shape.Patterned(var pattern) => Quoted(pattern.ToExpression(Notation.Character)),
        Shape.Values(var options) => Expression.OneOf([.. options.Select(_notation.Value)]),
        Shape.OneOf(var options) => Expression.OneOf([.. options.Select(option => Of(option, definitions))]),
        Shape.Reference(var definition) => new Expression.Call(definitions[definition]),
        Shape.Array array => Rule(array, () => Array(array, definitions)),
        Shape.Object whole => Rule(whole, () => Object(whole, definitions)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private Expression Rule(Shape shape, Func<Expression> body)
    {
        if (!_rules.TryGetValue(shape, out var call))
        {
            call = _builder.Rule(body());
            _rules.Add(shape, call);
        }
        return call;
    }

    private static Expression Number(Shape.Number number) => number switch
    {
        { IsInteger: true } => DecimalRanges.Integers(
            (long)decimal.Ceiling(Above(number.Least)?.Value ?? -DecimalRanges.Most),
            (long)decimal.Floor(Below(number.Most)?.Value ?? DecimalRanges.Most)),
        (_, null, null, null) => DecimalRanges.AnyNumber,
        (_, var least, var most, var digits) => DecimalRanges.Numbers(
            least ?? new Bound(-DecimalRanges.Most, false),
            most ?? new Bound(DecimalRanges.Most, false),
            digits ?? DecimalRanges.MostFractionDigits),
    };

    /// <summary>A bound of integers, closed.</summary>
    private static Bound? Above(Bound? bound) =>
        bound is { IsOpen: true, Value: var value } ? new Bound(decimal.Floor(value) + 1, false) : bound;

    private static Bound? Below(Bound? bound) =>
        bound is { IsOpen: true, Value: var value } ? new Bound(decimal.Ceiling(value) - 1, false) : bound;

    private Expression Array(Shape.Array array, int[] definitions)
    {
        var items = array.First.Select(item => Of(item, definitions)).ToImmutableArray();
        var most = array.Most ?? int.MaxValue;
        Expression inner = Expression.Empty;
        if (array.Rest is { } rest && most > items.Length)
        {
            var item = Of(rest, definitions);
            var (least, limit) = (Math.Max(0, array.Least - items.Length), array.Most - items.Length);
            inner = items.IsEmpty
                ? List(item, least, limit)
                : new Expression.Repeat(Expression.Of(Notation.Comma, item), least, limit);
        }
        for (var i = Math.Min(items.Length, most) - 1; i >= 0; i--)
        {
            var behind = Expression.Of(i == 0 ? Expression.Empty : Notation.Comma, items[i], inner);
            inner = i < array.Least ? behind : Expression.Optional(behind);
        }
        return Expression.Of(Expression.Literal("["), inner, Expression.Literal("]"));
    }

    private static Expression List(Expression item, int least, int? most)
    {
        if (most == 0)
        {
            return Expression.Empty;
        }
        var some = Expression.Of(
            item, new Expression.Repeat(Expression.Of(Notation.Comma, item), Math.Max(0, least - 1), most - 1));
        return least == 0 ? Expression.Optional(some) : some;
    }

    private Expression Object(Shape.Object whole, int[] definitions)
    {
        var members = whole.Properties.Select(property => (
            Expression.Of(Notation.String(property.Name), Notation.Colon, Of(property.Shape, definitions)), property.IsRequired));
        var others = whole.Others is { } other
            ? Expression.Of(OtherName([.. whole.Properties.Select(property => property.Name)]), Notation.Colon, Of(other, definitions))
            : null;
        return Expression.Of(Expression.Literal("{"), Members([.. members], others), Expression.Literal("}"));
    }

    /// <summary>Members in order, those that may be absent or not, commas between; then any number of others.</summary>
    private static Expression Members(ImmutableArray<(Expression Member, bool IsRequired)> members, Expression? others)
    {
        // What may come behind some member, and what in front of all; each stands in the next one twice, but is laid out once.
        Expression behind = others is null ? Expression.Empty : new Expression.Repeat(Expression.Of(Notation.Comma, others), 0, null);
        var beginning = others is null ? Expression.Empty : List(others, 0, null);
        for (var i = members.Length - 1; i >= 0; i--)
        {
            var (member, isRequired) = members[i];
            var with = Expression.Of(member, behind);
            beginning = isRequired ? with : Expression.OneOf(with, beginning);
            behind = isRequired
                ? Expression.Of(Notation.Comma, with)
                : Expression.OneOf(Expression.Of(Notation.Comma, with), behind);
        }
        return beginning;
    }

    /// <summary>A name that is none of these. Only plain characters, so that no escape spells one of them.</summary>
    private Expression OtherName(ImmutableArray<string> names)
    {
        var runes = names.Select(name => name.EnumerateRunes().Select(rune => rune.Value).ToImmutableArray()).ToImmutableArray();
        var plain = _builder.Rule(Notation.PlainExcept(CodePoints.Of()));
        return Quoted(Rest(runes, 0));

        Expression Rest(ImmutableArray<ImmutableArray<int>> same, int depth)
        {
            var children = same.Where(name => name.Length > depth).GroupBy(name => name[depth]).ToArray();
            var anything = new Expression.Repeat(plain, 0, null);
            if (children.Length == 0 && same.IsEmpty)
            {
                return anything;
            }
            var options = ImmutableArray.CreateBuilder<Expression>();
            options.Add(Expression.Of(
                Notation.PlainExcept(CodePoints.Of(children.Select(child => (child.Key, child.Key)))), anything));
            foreach (var child in children)
            {
                options.Add(Expression.Of(
                    Notation.PlainExcept(CodePoints.All.Except(CodePoints.Of((child.Key, child.Key)))), Rest([.. child], depth + 1)));
            }
            if (same.All(name => name.Length != depth))
            {
                options.Add(Expression.Empty);
            }
            return Expression.OneOf(options.ToImmutable());
        }
    }

    private Expression BuildAny()
    {
        var (value, array, whole) = (_builder.NewRule(), _builder.NewRule(), _builder.NewRule());
        var call = new Expression.Call(value);
        var member = Expression.Of(_text, Notation.Colon, call);
        _builder.Define(array, Expression.Of(Expression.Literal("["), List(call, 0, null), Expression.Literal("]")));
        _builder.Define(whole, Expression.Of(Expression.Literal("{"), List(member, 0, null), Expression.Literal("}")));
        _builder.Define(value, Expression.OneOf(
            new Expression.Call(whole),
            new Expression.Call(array),
            _text,
            DecimalRanges.AnyNumber,
            Expression.Literal(_notation.True),
            Expression.Literal(_notation.False),
            Expression.Literal(_notation.Null)));
        return call;
    }

    private static Expression Quoted(Expression inner) => Expression.Of(Notation.Quote, inner, Notation.Quote);
}
