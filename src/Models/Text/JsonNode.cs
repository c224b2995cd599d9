using System.Text.Json;

namespace MlxActors.Models.Text;

/// <summary>
/// What is wrong in a tokenizer file; thrown deep inside reading it and turned into a value by <see cref="HuggingFaceTokenizer"/>.
/// </summary>
internal sealed class TokenizerFormatException(string message) : Exception(message);

/// <summary>A value of the file together with its place, so that every complaint can name it.</summary>
internal readonly record struct JsonNode(JsonElement Value, string Path)
{
    public bool IsNull => Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>The member, or an absent node when this is no object or lacks it.</summary>
    public JsonNode this[string name] =>
        new(Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out var member) ? member : default, $"{Path}.{name}");

    public string Type => this["type"].Text();

    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Wrong("a string");

    public bool Flag(bool absent) => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => absent,
        _ => throw Wrong("true or false"),
    };

    public int Id() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var id) && id is >= 0 and <= Vocabulary.LargestId
        ? id
        : throw Wrong(Vocabulary.IdRange);

    public IEnumerable<JsonNode> Items()
    {
        var path = Path;
        return Value.ValueKind == JsonValueKind.Array
            ? Value.EnumerateArray().Select((item, index) => new JsonNode(item, $"{path}[{index}]"))
            : throw Wrong("an array");
    }

    /// <summary>Complains unless a condition on this value holds.</summary>
    public void Expect(bool condition, string expected)
    {
        if (!condition)
        {
            throw Wrong(expected);
        }
    }

    public TokenizerFormatException Wrong(string expected) => new($"{Path}: expected {expected}, found {Found()}");

    /// <summary>The value as the complaint shows it, shortened.</summary>
    private string Found()
    {
        if (Value.ValueKind == JsonValueKind.Undefined)
        {
            return "nothing";
        }
        var raw = Value.GetRawText();
        return raw.Length <= 80 ? raw : string.Concat(raw.AsSpan(0, 80), "...");
    }
}
