using System.ComponentModel;
using System.Text;
using System.Text.Json;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using MlxActors.Generation.Constraints;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Models.Chat;

namespace MlxActors.Golden.Constraints;

/// <summary>
/// The schemas that clients' libraries emit: random answers under them satisfy them, or the keyword that stands in the way is named.
/// </summary>
public sealed class ClientSchemaTests
{
    private const int AnswersEach = 8;

    private static readonly Vocabulary Bytes = Vocabulary.Bytes();

    private static readonly Dictionary<string, JsonElement> Rows = Goldens.Files("schemas", "*.jsonl").AsEnumerable<object?[]>()
        .Select(row => row[0] as string)
        .OfType<string>()
        .SelectMany(file => Goldens.Lines(Goldens.PathOf(file)).Select(row => (Name: $"{file}: {row.GetProperty("name")}", Row: row)))
        .ToDictionary(row => row.Name, row => row.Row);

    public static TheoryData<string?> Names => Goldens.Rows(Rows.Keys);

    public static TheoryData<string?> Tokenizers => Goldens.Files("tokenizers", "ids.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Schema_IsHeldTo_OrItsKeywordIsNamed(string? name)
    {
        var row = Rows[Goldens.SkipWhenNone(name, "schemas")];
        var schema = row.GetProperty("schema");
        if (row.TryGetProperty("refused", out var keyword))
        {
            var error = Schema.Read(schema).Match(_ => throw new InvalidOperationException("it was read"), error => error);
            Assert.EndsWith($"/{keyword}", error.Path);
            Assert.Contains($"'{keyword}'", error.Reason);
            return;
        }
        for (var seed = 0; seed < AnswersEach; seed++)
        {
            CheckAnswer(Bytes, schema, seed);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Tokenizers))]
    public void Schemas_OverRealVocabularies_AreHeldTo(string? name)
    {
        var vocabulary = Vocabulary.Of(Path.GetDirectoryName(Goldens.PathOf(Goldens.SkipWhenNone(name, "tokenizers")))!);
        foreach (var (_, row) in Rows.Where(row => !row.Key.EndsWith("(draft-7)") && !row.Value.TryGetProperty("refused", out _)))
        {
            CheckAnswer(vocabulary, row.GetProperty("schema"), seed: 1);
        }
    }

    [Theory]
    [InlineData(typeof(Order), JsonSerializerDefaults.Web)]
    [InlineData(typeof(Order), JsonSerializerDefaults.General)]
    [InlineData(typeof(Tree), JsonSerializerDefaults.Web)]
    [InlineData(typeof(Shape[]), JsonSerializerDefaults.Web)]
    [InlineData(typeof(Dictionary<string, Dictionary<string, Color?>>), JsonSerializerDefaults.General)]
    public void Schema_OfSystemTextJson_IsHeldTo_AndItsAnswersAreRead(Type type, JsonSerializerDefaults defaults)
    {
        var options = Options(defaults);
        foreach (var text in Answers(type, options))
        {
            Assert.NotNull(JsonSerializer.Deserialize(text, type, options));
        }
    }

    /// <summary>Types whose own schema says less than they demand.</summary>
    [Theory]
    [InlineData(typeof(TimeSpan))]
    [InlineData(typeof(Version))]
    [InlineData(typeof(byte[]))]
    [InlineData(typeof(decimal?[]))]
    [InlineData(typeof(Dictionary<Color, TimeOnly?>))]
    public void Schema_OfSystemTextJson_IsHeldTo(Type type) => Assert.NotEmpty(Answers(type, Options(JsonSerializerDefaults.Web)));

    private static JsonSerializerOptions Options(JsonSerializerDefaults defaults)
    {
        var options = new JsonSerializerOptions(defaults)
        {
            RespectNullableAnnotations = true,
            Converters = { new JsonStringEnumConverter<Color>() },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static string[] Answers(Type type, JsonSerializerOptions options)
    {
        var schema = JsonElement.Parse(options.GetJsonSchemaAsNode(type, new() { TreatNullObliviousAsNonNullable = true }).ToJsonString());
        return [.. Enumerable.Range(0, AnswersEach).Select(seed => CheckAnswer(Bytes, schema, seed))];
    }

    private static string CheckAnswer(Vocabulary vocabulary, JsonElement schema, int seed)
    {
        var text = Encoding.UTF8.GetString(RandomAnswer.Write(vocabulary, GrammarOf(schema), new Random(seed), freely: 60));
        Assert.True(new SchemaValidator(schema).IsValid(JsonElement.Parse(text)), $"{text} under {schema}");
        return text;
    }

    private static Grammar GrammarOf(JsonElement schema) => new AnswerForm(
        Schema.Read(schema).Match(read => read, error => throw new InvalidDataException($"{error}: {schema}")), [], Parallel: false)
        .ToGrammar(CallSyntax.ToolCode)!;

    public enum Color
    {
        Red,
        Green,
    }

    public sealed record Order(
        Guid Id, [property: Description("Who pays.")] string Customer, DateTimeOffset At, DateOnly Day,
        int Count, double Price, float? Discount, bool IsPaid, Color Color, Color? Other, Line[] Lines, Dictionary<string, int> Stock,
        Uri? Link, char Mark, object? Anything);

    public sealed record Line(string Title, uint Number);

    public sealed record Tree(string Name, List<Tree> Children);

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), "square")]
    public abstract record Shape;

    public sealed record Circle(double Radius) : Shape;

    public sealed record Square(double Side) : Shape;
}
