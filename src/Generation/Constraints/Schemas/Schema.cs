using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Native.Results;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>Why a schema cannot be held to.</summary>
/// <param name="Path">Where, below the schema, such as <c>.properties.age.multipleOf</c>; empty for the schema itself.</param>
/// <param name="Reason">Names the keyword.</param>
public sealed record SchemaError(string Path, string Reason);

/// <summary>A JSON schema that an answer can be held to: its keywords are supported, and some value satisfies it.</summary>
public sealed partial class Schema
{
    internal Schema(Shape root, ImmutableArray<Shape> definitions, string source) => (Root, Definitions, Source) = (root, definitions, source);

    /// <summary>Any JSON object.</summary>
    public static Schema AnyObject { get; } = new(new Shape.Object([], new Shape.Any()), [], """{"type":"object"}""");

    /// <summary>An object without properties.</summary>
    public static Schema NoProperties { get; } = new(new Shape.Object([], null), [], """{"type":"object","additionalProperties":false}""");

    internal Shape Root { get; }

    internal ImmutableArray<Shape> Definitions { get; }

    /// <summary>Its JSON.</summary>
    internal string Source { get; }

    public static Result<Schema, SchemaError> Read(JsonElement schema) => SchemaReader.Read(schema.Clone()).Bind(Build);

    /// <summary>
    /// A schema of the arguments of a call: an object, of whose properties each has a name that can be a keyword in either syntax.
    /// </summary>
    public static Result<Schema, SchemaError> ReadParameters(JsonElement schema) => Read(schema).Bind(Result<Schema, SchemaError> (read) =>
        read.Parameters is not { } parameters ? new SchemaError("", "the parameters of a function must be of type 'object'.")
        : parameters.Properties.FirstOrDefault(property => !KeywordPattern().IsMatch(property.Name)) is { } wrong
            ? new SchemaError(".properties", $"'{wrong.Name}' cannot be the name of a parameter.")
        : read);

    /// <summary>Its root, when that is an object.</summary>
    internal Shape.Object? Parameters
    {
        get
        {
            var shape = Root;
            for (var i = 0; shape is Shape.Reference(var definition) && i <= Definitions.Length; i++)
            {
                shape = Definitions[definition];
            }
            return shape as Shape.Object;
        }
    }

    /// <summary>A trial, for only the whole shows whether anything satisfies it.</summary>
    private static Result<Schema, SchemaError> Build(Schema schema)
    {
        var builder = new GrammarBuilder();
        return builder.Build("", new ValueGrammar(builder, Notation.Json).Of(schema)).Fault switch
        {
            null => schema,
            GrammarFault.TooLarge => new SchemaError("", "it is too large; keywords such as 'maxLength', 'maxItems' and 'pattern' add to its size."),
            GrammarFault.Endless => new SchemaError("", "the keyword '$ref' leads back to itself without any value in between."),
            _ => new SchemaError("", "no value satisfies it."),
        };
    }

    [GeneratedRegex(@"^[\w$@.-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeywordPattern();
}
