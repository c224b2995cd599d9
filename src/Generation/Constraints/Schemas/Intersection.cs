using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>That values satisfy two shapes at a time has no shape here; never leaves <see cref="SchemaReader"/>.</summary>
internal sealed class NoIntersectionException(string reason) : Exception(reason);

/// <summary>What satisfies two shapes at a time.</summary>
/// <param name="definitions">What references stand for; null while it is still being read.</param>
internal sealed class Intersection(IReadOnlyList<Shape?> definitions)
{
    private const int MaxDepth = 48;

    private static readonly Shape.Text AnyText = new(0, null);

    /// <returns>Null when nothing does.</returns>
    /// <exception cref="NoIntersectionException">There may be such values, but no shape for them.</exception>
    public Shape? Of(Shape left, Shape right, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new NoIntersectionException("it leads back to itself");
        }
        return (left, right) switch
        {
            (Shape.Any, _) => right,
            (_, Shape.Any) => left,
            (Shape.Reference one, Shape.Reference other) when one == other => left,
            (Shape.OneOf(var options), _) => Among(options.Select(option => Of(option, right, depth + 1))),
            (_, Shape.OneOf(var options)) => Among(options.Select(option => Of(left, option, depth + 1))),
            (Shape.Reference, _) => Of(Resolve(left), right, depth + 1),
            (_, Shape.Reference) => Of(left, Resolve(right), depth + 1),
            (Shape.Values(var values), _) => Fitting(values, right),
            (_, Shape.Values(var values)) => Fitting(values, left),
            (Shape.Null, Shape.Null) or (Shape.Boolean, Shape.Boolean) => left,
            (Shape.Number one, Shape.Number other) => Numbers(one, other),
            (Shape.Text one, Shape.Text other) => Texts(new Shape.Text(Math.Max(one.Least, other.Least), Lesser(one.Most, other.Most))),
            (Shape.Patterned one, Shape.Text other) => Patterned(one.Pattern, one.IsExact, other),
            (Shape.Text one, Shape.Patterned other) => Patterned(other.Pattern, other.IsExact, one),
            (Shape.Patterned one, Shape.Patterned other) => ReferenceEquals(one.Pattern, other.Pattern)
                ? left
                : Patterned(Pattern.Both(one.Pattern, other.Pattern), one.IsExact && other.IsExact, AnyText),
            (Shape.Array one, Shape.Array other) => Arrays(one, other, depth),
            (Shape.Object one, Shape.Object other) => Objects(one, other, depth),
            _ => null,
        };
    }

    /// <summary>Whether an answer by one of them may satisfy the other too. True where that cannot be told.</summary>
    public bool Overlap(Shape left, Shape right)
    {
        try
        {
            return Of(AsWritten(left), right) is not null || Of(left, AsWritten(right)) is not null;
        }
        catch (NoIntersectionException)
        {
            return true;
        }
    }

    /// <summary>Answers have no properties of which their schema does not speak.</summary>
    private Shape AsWritten(Shape shape) => shape switch
    {
        Shape.OneOf(var options) => new Shape.OneOf([.. options.Select(AsWritten)]),
        Shape.Reference => AsWritten(Resolve(shape)),
        Shape.Object whole => whole with { SaysOthers = true },
        _ => shape,
    };

    private Shape Resolve(Shape shape)
    {
        for (var i = 0; shape is Shape.Reference(var definition); i++)
        {
            shape = i <= definitions.Count && definitions[definition] is { } known
                ? known
                : throw new NoIntersectionException("a reference that leads back to itself");
        }
        return shape;
    }

    private static Shape? Among(IEnumerable<Shape?> options) => options.OfType<Shape>().ToImmutableArray() switch
    {
        [] => null,
        [var only] => only,
        var several => new Shape.OneOf(several),
    };

    private Shape.Values? Fitting(ImmutableArray<JsonElement> values, Shape shape) =>
        values.Where(value => Allows(shape, value)).ToImmutableArray() is { IsEmpty: false } fitting ? new Shape.Values(fitting) : null;

    private bool Allows(Shape shape, JsonElement value) => shape switch
    {
        Shape.Any => true,
        Shape.Null => value.ValueKind == JsonValueKind.Null,
        Shape.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        Shape.Number number => value.ValueKind == JsonValueKind.Number && Allows(number, value),
        Shape.Text(var least, var most) => value.ValueKind == JsonValueKind.String
            && value.GetString()!.EnumerateRunes().Count() is var length && length >= least && length <= (most ?? int.MaxValue),
        Shape.Patterned patterned => value.ValueKind == JsonValueKind.String && Allows(patterned, value.GetString()!),
        Shape.Values(var options) => options.Any(option => JsonElement.DeepEquals(option, value)),
        Shape.OneOf(var options) => options.Any(option => Allows(option, value)),
        Shape.Reference => Allows(Resolve(shape), value),
        Shape.Array array => value.ValueKind == JsonValueKind.Array
            && value.GetArrayLength() is var count && count >= array.Least && count <= (array.Most ?? int.MaxValue)
            && value.EnumerateArray().Select((item, i) => ItemOf(array, i) is { } wanted && Allows(wanted, item)).All(fits => fits)
            && (!array.IsUnique || !HoldsEqual([.. value.EnumerateArray()])),
        Shape.Object whole => value.ValueKind == JsonValueKind.Object
            && whole.Properties.All(property => !property.IsRequired || value.TryGetProperty(property.Name, out _))
            && value.EnumerateObject().Count() is var members && members >= whole.Least && members <= (whole.Most ?? int.MaxValue)
            && value.EnumerateObject().All(member => whole[member.Name] is { } property && Allows(property, member.Value)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static bool Allows(Shape.Patterned patterned, string text) =>
        Bounded(() => TextAutomaton.Of(patterned.Pattern)).Matches(text)
        || (patterned.IsExact ? false : throw new NoIntersectionException("texts that are listed, and a format"));

    private static bool HoldsEqual(JsonElement[] items) =>
        items.Where((item, i) => items.Take(i).Any(other => JsonElement.DeepEquals(item, other))).Any();

    private static bool Allows(Shape.Number number, JsonElement value) =>
        value.TryGetDecimal(out var exact)
        && (!number.IsInteger || decimal.Truncate(exact) == exact)
        && (number.Least is not { } least || (least.IsOpen ? exact > least.Value : exact >= least.Value))
        && (number.Most is not { } most || (most.IsOpen ? exact < most.Value : exact <= most.Value))
        && number.Step?.Allows(exact) != false;

    private static Shape.Number? Numbers(Shape.Number one, Shape.Number other)
    {
        var both = new Shape.Number(
            one.IsInteger || other.IsInteger,
            Bound.Greater(one.Least, other.Least),
            Bound.Lesser(one.Most, other.Most),
            Step(one, other));
        return both.Least is { } least && both.Most is { } most
            && (least.Value > most.Value || (least.Value == most.Value && (least.IsOpen || most.IsOpen))) ? null : both;
    }

    private static Multiple? Step(Shape.Number one, Shape.Number other)
    {
        if ((one.Step ?? other.Step) is null)
        {
            return null;
        }
        var (left, right) = (StepOf(one), StepOf(other));
        return left is { } first && right is { } second
            ? Multiple.Both(first, second) ?? throw new NoIntersectionException("numbers that are multiples of more than one")
            : left ?? right;
    }

    private static Multiple? StepOf(Shape.Number number) => number.Step ?? (number.IsInteger ? Multiple.One : null);

    private static Shape.Text? Texts(Shape.Text text) => text.Least > text.Most ? null : text;

    private static Shape.Patterned? Patterned(Pattern pattern, bool isExact, Shape.Text length) =>
        Bounded(() => pattern.Within(length.Least, length.Most)) is { } texts ? new Shape.Patterned(texts, isExact)
        : isExact ? null
        : throw new NoIntersectionException("a format with another format, a pattern or a length");

    private static T Bounded<T>(Func<T> find)
    {
        try
        {
            return find();
        }
        catch (TooManyStatesException)
        {
            throw new NoIntersectionException("patterns or lengths that are too large together");
        }
    }

    private Shape.Array? Arrays(Shape.Array one, Shape.Array other, int depth)
    {
        var first = ImmutableArray.CreateBuilder<Shape>();
        var (least, most) = (Math.Max(one.Least, other.Least), Lesser(one.Most, other.Most));
        for (var i = 0; i < Math.Max(one.First.Length, other.First.Length); i++)
        {
            var item = ItemOf(one, i) is { } left && ItemOf(other, i) is { } right ? Of(left, right, depth + 1) : null;
            if (item is null)
            {
                most = Lesser(most, i);
                break;
            }
            first.Add(item);
        }
        var rest = one.Rest is { } mine && other.Rest is { } theirs ? Of(mine, theirs, depth + 1) : null;
        most = rest is null ? Lesser(most, first.Count) : most;
        return least > most ? null
            : !one.IsUnique && !other.IsUnique ? new Shape.Array(first.ToImmutable(), rest, least, most)
            : first.Count == 0 && rest is null or Shape.Values ? new Shape.Array([], rest, least, most) { IsUnique = true }
            : throw new NoIntersectionException("items that differ, and items by their place");
    }

    private static Shape? ItemOf(Shape.Array array, int index) => index < array.First.Length ? array.First[index] : array.Rest;

    private Shape.Object? Objects(Shape.Object one, Shape.Object other, int depth)
    {
        if (IsHalfSaid(one) || IsHalfSaid(other))
        {
            throw new NoIntersectionException("'patternProperties' without 'additionalProperties'");
        }
        var properties = ImmutableArray.CreateBuilder<Property>();
        var others = !one.SaysOthers ? other.Others : !other.SaysOthers ? one.Others : Others(one.Others, other.Others, depth);
        var saysOthers = one.SaysOthers || other.SaysOthers;
        foreach (var name in one.Properties.Concat(other.Properties).Select(property => property.Name).Distinct())
        {
            var shape = one[name] is { } left && other[name] is { } right ? Of(left, right, depth + 1) : null;
            var isRequired = one.Properties.Concat(other.Properties).Any(property => property.Name == name && property.IsRequired);
            if (shape is not null)
            {
                properties.Add(new Property(name, shape, isRequired));
            }
            else if (isRequired)
            {
                return null;
            }
            else if (saysOthers && others.Any(rest => rest.Includes(name)))
            {
                throw new NoIntersectionException($"the property '{name}' that must not be there, among others that may");
            }
        }
        var (least, most) = (Math.Max(one.Least, other.Least), Lesser(one.Most, other.Most));
        return least > most ? null : new Shape.Object(properties.ToImmutable(), saysOthers || properties.Count == 0 ? others : [])
        {
            SaysOthers = saysOthers,
            Least = least,
            Most = most,
        };
    }

    private ImmutableArray<OtherProperties> Others(ImmutableArray<OtherProperties> ones, ImmutableArray<OtherProperties> others, int depth)
    {
        var both = ImmutableArray.CreateBuilder<OtherProperties>();
        foreach (var (one, other) in ones.SelectMany(one => others.Select(other => (one, other))))
        {
            var names = one.Names is null ? other.Names
                : other.Names is null ? one.Names
                : Bounded(() => TextAutomaton.Of(Pattern.Both(new Pattern.Found(one.Names), new Pattern.Found(other.Names))));
            if (names is not { IsEmpty: true } && Of(one.Shape, other.Shape, depth + 1) is { } shape)
            {
                both.Add(new OtherProperties(names, shape));
            }
        }
        return both.ToImmutable();
    }

    /// <summary>Whether it speaks of some others by their names, and not of the rest.</summary>
    private static bool IsHalfSaid(Shape.Object whole) => !whole.SaysOthers && whole.Others.Any(other => other.Names is not null);

    private static int? Lesser(int? one, int? other) => one is { } left && other is { } right ? Math.Min(left, right) : one ?? other;
}
