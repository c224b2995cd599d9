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
    /// <param name="Digits">Most digits behind the point; null: any number.</param>
    public sealed record Number(bool IsInteger, Bound? Least, Bound? Most, int? Digits = null) : Shape;

    /// <summary>Text by its number of characters.</summary>
    public sealed record Text(int Least, int? Most) : Shape;

    /// <summary>Text by a pattern.</summary>
    public sealed record Patterned(Pattern Pattern) : Shape;

    /// <summary>One of these values.</summary>
    public sealed record Values(ImmutableArray<JsonElement> Options) : Shape;

    /// <param name="First">Shapes of the first items.</param>
    /// <param name="Rest">Of those behind them; null when there are none.</param>
    public sealed record Array(ImmutableArray<Shape> First, Shape? Rest, int Least, int? Most) : Shape;

    /// <param name="Others">Of properties that are not named; null when there are none.</param>
    public sealed record Object(ImmutableArray<Property> Properties, Shape? Others) : Shape
    {
        /// <summary>
        /// Whether the schema speaks of others; where it does not, there are none beside named ones, but another schema may add some.
        /// </summary>
        public bool SaysOthers { get; init; } = true;
    }

    public sealed record OneOf(ImmutableArray<Shape> Options) : Shape;

    /// <summary>The definition of this number, so that schemas may hold themselves.</summary>
    public sealed record Reference(int Definition) : Shape;
}

internal sealed record Property(string Name, Shape Shape, bool IsRequired);
