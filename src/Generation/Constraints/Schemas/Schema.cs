using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Native.Results;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>Why a schema cannot be held to.</summary>
/// <param name="Path">Where in the schema, a JSON pointer such as <c>/properties/age/multipleOf</c>; empty for the schema itself.</param>
/// <param name="Reason">Names the keyword.</param>
public sealed record SchemaError(string Path, string Reason);

/// <summary>A JSON schema that an answer can be held to: its keywords are supported, and some value satisfies it.</summary>
public sealed partial class Schema
{
    /// <summary>In places of grammars, a hundred bytes or two each.</summary>
    private const int MostKept = 300_000;

    // A program sends the same schemas again and again, and to lay one out is most of what it costs.
    private static readonly Recent<Schema> Known = new(MostKept, schema => schema.Grammar.Size);

    private Schema(SchemaShape shape, Grammar grammar) => (Shape, Grammar) = (shape, grammar);

    /// <summary>Any JSON object.</summary>
    public static Schema AnyObject { get; } = Own("""{"type":"object"}""");

    /// <summary>An object without properties.</summary>
    public static Schema NoProperties { get; } = Own("""{"type":"object","additionalProperties":false}""");

    internal SchemaShape Shape { get; }

    /// <summary>Its values as JSON. Its key is a hash of the schema.</summary>
    internal Grammar Grammar { get; }

    public static Result<Schema, SchemaError> Read(JsonElement schema)
    {
        var key = Convert.ToHexString(SHA256.HashData(JsonMarshal.GetRawUtf8Value(schema)));
        return Known.Find(key) is { } known
            ? known
            : SchemaReader.Read(schema.Clone()).Bind(shape => Build(shape, key)).Map(built => Known.Add(key, built));
    }

    /// <summary>
    /// A schema of the arguments of a call: an object, of whose properties each has a name that can be a keyword in either syntax.
    /// </summary>
    public static Result<Schema, SchemaError> ReadParameters(JsonElement schema) => Read(schema).Bind(Result<Schema, SchemaError> (read) =>
        read.Parameters is not { } parameters ? new SchemaError("", "the parameters of a function must be of type 'object'.")
        : parameters.Properties.FirstOrDefault(property => !KeywordPattern().IsMatch(property.Name)) is { } wrong
            ? new SchemaError("/properties", $"'{wrong.Name}' cannot be the name of a parameter.")
        : read);

    /// <summary>Its root, when that is an object.</summary>
    internal Schemas.Shape.Object? Parameters
    {
        get
        {
            var (shape, definitions) = (Shape.Root, Shape.Definitions);
            for (var i = 0; shape is Schemas.Shape.Reference(var definition) && i <= definitions.Length; i++)
            {
                shape = definitions[definition];
            }
            return shape as Schemas.Shape.Object;
        }
    }

    private static Schema Own(string source) =>
        Read(JsonElement.Parse(source)).Match(schema => schema, error => throw new UnreachableException(error.Reason));

    /// <summary>Only the whole shows whether anything satisfies it.</summary>
    private static Result<Schema, SchemaError> Build(SchemaShape shape, string key)
    {
        var builder = new GrammarBuilder();
        GrammarFault? fault;
        try
        {
            (var grammar, fault) = builder.Build(key, new ValueGrammar(builder, Notation.Json).Of(shape));
            if (grammar is not null)
            {
                return new Schema(shape, grammar);
            }
        }
        catch (TooManyStatesException)
        {
            fault = GrammarFault.TooLarge;
        }
        return fault switch
        {
            GrammarFault.TooLarge => new SchemaError(
                "", "it is too large; keywords such as 'maxLength', 'maxItems', 'multipleOf' and 'pattern' add to its size."),
            GrammarFault.Endless => new SchemaError("", "the keyword '$ref' leads back to itself without any value in between."),
            _ => new SchemaError("", "no value satisfies it."),
        };
    }

    [GeneratedRegex(@"^[\w$@.-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeywordPattern();
}

/// <summary>What a schema says, before it is known whether any value satisfies it.</summary>
/// <param name="Definitions">What references stand for.</param>
internal sealed record SchemaShape(Shape Root, ImmutableArray<Shape> Definitions);
