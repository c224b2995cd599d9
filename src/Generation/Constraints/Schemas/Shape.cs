using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>What a JSON value must be: a schema, read and found to be one that can be held to.</summary>
internal abstract record Shape
{
    private Shape()
    {
    }

    /// <summary>Any value.</summary>
    public sealed record Any : Shape;

    public sealed record Null : Shape;

    public sealed record Boolean : Shape;

    /// <param name="Least">Null: none.</param>
    /// <param name="Most">Null: none.</param>
    /// <param name="Step">What they are multiples of, of which those of integers are integers; null: anything.</param>
    public sealed record Number(bool IsInteger, Bound? Least, Bound? Most, Multiple? Step = null) : Shape;

    /// <summary>Text by its number of characters.</summary>
    public sealed record Text(int Least, int? Most) : Shape;

    /// <summary>Text by a pattern that does not look ahead.</summary>
    /// <param name="IsExact">Whether no other texts are meant; a format allows more than its pattern here.</param>
    public sealed record Patterned(Pattern Pattern, bool IsExact) : Shape;

    /// <summary>One of these values.</summary>
    public sealed record Values(ImmutableArray<JsonElement> Options) : Shape;

    /// <param name="First">Shapes of the first items.</param>
    /// <param name="Rest">Of those behind them; null when there are none.</param>
    public sealed record Array(ImmutableArray<Shape> First, Shape? Rest, int Least, int? Most) : Shape
    {
        /// <summary>Whether no two items may be equal; then there are no first ones, and <see cref="Rest"/> is a list of values.</summary>
        public bool IsUnique { get; init; }
    }

    /// <param name="Others">Properties that are not named; no name is in two of them.</param>
    public sealed record Object(ImmutableArray<Property> Properties, ImmutableArray<OtherProperties> Others) : Shape
    {
        /// <summary>
        /// Whether the schema speaks of all others; where it does not, no more are written, but another schema may add some.
        /// </summary>
        public bool SaysOthers { get; init; } = true;

        /// <summary>Fewest properties.</summary>
        public int Least { get; init; }

        /// <summary>Most properties; null: any number.</summary>
        public int? Most { get; init; }

        /// <summary>What a property of this name must be; null when there must be none.</summary>
        public Shape? this[string name] =>
            Properties.FirstOrDefault(property => property.Name == name)?.Shape
            ?? Others.FirstOrDefault(other => other.Includes(name))?.Shape
            ?? (SaysOthers ? null : new Any());
    }

    public sealed record OneOf(ImmutableArray<Shape> Options) : Shape;

    /// <summary>The definition of this number, so that schemas may hold themselves.</summary>
    public sealed record Reference(int Definition) : Shape;
}

internal sealed record Property(string Name, Shape Shape, bool IsRequired);

/// <param name="Names">Null: any.</param>
internal sealed record OtherProperties(TextAutomaton? Names, Shape Shape)
{
    public bool Includes(string name) => Names is null || Names.Matches(name);
}
