using System.Collections.Immutable;
using System.Numerics;
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
    private readonly Dictionary<CodePoints, Expression> _characters = [];
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
    public Expression Of(SchemaShape schema) => Of(schema.Root, Define(schema.Definitions));

    /// <summary>The arguments of a call in Python, by the properties of an object; what is named so must be fit for it.</summary>
    public Expression Arguments(Schema schema)
    {
        var (definitions, arguments) = (Define(schema.Shape.Definitions), schema.Parameters!);
        var members = arguments.Properties.Select(property =>
            (Expression.Of(Expression.Literal($"{property.Name}="), Of(property.Shape, definitions)), property.IsRequired));
        return new Members([.. members], Others: null, arguments.Least, arguments.Most).ToExpression();
    }

    private int[] Define(ImmutableArray<Shape> shapes)
    {
        var definitions = shapes.Select(_ => _builder.NewRule()).ToArray();
        for (var i = 0; i < definitions.Length; i++)
        {
            _builder.Define(definitions[i], Of(shapes[i], definitions));
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
        Shape.Patterned(var pattern, _) => Quoted(pattern.ToExpression(Character)),
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

    private static Expression Number(Shape.Number number)
    {
        var within = number switch
        {
            { IsInteger: true } => DecimalRanges.Integers(
                (long)decimal.Ceiling(Above(number.Least)?.Value ?? -DecimalRanges.Most),
                (long)decimal.Floor(Below(number.Most)?.Value ?? DecimalRanges.Most)),
            (_, null, null, null) => DecimalRanges.AnyNumber,
            (_, var least, var most, var step) => DecimalRanges.Numbers(
                least ?? new Bound(-DecimalRanges.Most, false),
                most ?? new Bound(DecimalRanges.Most, false),
                step?.Digits ?? DecimalRanges.MostFractionDigits),
        };
        return number.Step is { Factor: > 1 } multiple
            ? Multiples(TextAutomaton.Of(Pattern.Of(within)).Merged(), multiple.ToTexts())
            : within;
    }

    private static Expression Multiples(TextAutomaton numbers, TextAutomaton multiples) =>
        TextAutomaton.Of(Pattern.Both(new Pattern.Found(numbers), new Pattern.Found(multiples))).Merged().ToExpression(Notation.Character);

    /// <summary>A bound of integers, closed.</summary>
    private static Bound? Above(Bound? bound) =>
        bound is { IsOpen: true, Value: var value } ? new Bound(decimal.Floor(value) + 1, false) : bound;

    private static Bound? Below(Bound? bound) =>
        bound is { IsOpen: true, Value: var value } ? new Bound(decimal.Ceiling(value) - 1, false) : bound;

    private Expression Array(Shape.Array array, int[] definitions)
    {
        if (array is { IsUnique: true, Rest: Shape.Values(var values) })
        {
            var unique = Unique([.. values.Select(_notation.Value)], array.Least, array.Most);
            return Expression.Of(Expression.Literal("["), unique, Expression.Literal("]"));
        }
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

    /// <summary>Items each at most once. A place for every set of them that may be there already.</summary>
    private static Expression.Graph Unique(ImmutableArray<Expression> items, int least, int? most)
    {
        var places = ImmutableArray.CreateBuilder<Expression.Place>(1 << items.Length);
        for (var set = 0; set < 1 << items.Length; set++)
        {
            var (before, count) = (set, BitOperations.PopCount((uint)set));
            var ways = Enumerable.Range(0, items.Length)
                .Where(i => (before >> i & 1) == 0 && count < (most ?? int.MaxValue))
                .Select(i => (before == 0 ? items[i] : Expression.Of(Notation.Comma, items[i]), before | 1 << i));
            places.Add(new Expression.Place([.. ways], count >= least));
        }
        return new Expression.Graph(places.ToImmutable());
    }

    internal static Expression List(Expression item, int least, int? most)
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
        var names = whole.Properties.Select(property => property.Name).ToImmutableArray();
        var others = whole.Others
            .Select(other => Expression.Of(
                other.Names is null ? OtherName(names) : OtherName(other.Names, names), Notation.Colon, Of(other.Shape, definitions)))
            .ToImmutableArray();
        return Expression.Of(
            Expression.Literal("{"),
            new Members([.. members], others.IsEmpty ? null : Expression.OneOf(others), whole.Least, whole.Most).ToExpression(),
            Expression.Literal("}"));
    }

    /// <summary>One of these names that is none of those.</summary>
    private Expression OtherName(TextAutomaton names, ImmutableArray<string> others)
    {
        var taken = others.Where(names.Matches).Select(Pattern.Of).ToImmutableArray();
        var left = taken.IsEmpty ? names : TextAutomaton.Of(Pattern.Both(new Pattern.Found(names), Pattern.Not(new Pattern.Choice(taken))));
        return Quoted(left.ToExpression(Character));
    }

    /// <summary>One of these characters; sets of many are a rule, so that they are laid out once.</summary>
    private Expression Character(CodePoints characters)
    {
        if (characters.Ranges is [(_, < 0x80)])
        {
            return Notation.Character(characters);
        }
        if (!_characters.TryGetValue(characters, out var rule))
        {
            rule = _builder.Rule(Notation.Character(characters));
            _characters.Add(characters, rule);
        }
        return rule;
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
