using System.Text.Json;

namespace MlxActors.Models.Text;

/// <summary>
/// Where the members of a tokenizer file stand, those of its <c>model</c> included. The small ones are then read as documents, the large
/// ones token by token.
/// </summary>
internal sealed class JsonMembers
{
    private const string Model = "model";

    private readonly Dictionary<string, Range> _ranges = new(StringComparer.Ordinal);

    private JsonMembers()
    {
    }

    public static JsonMembers Find(ReadOnlySpan<byte> utf8)
    {
        var members = new JsonMembers();
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        members.Note(ref reader, "");
        // Whatever follows the object is an error, which only reading on shows.
        reader.Read();
        return members;
    }

    /// <summary>A member as a document; absent when the file lacks it.</summary>
    public JsonNode Node(ReadOnlySpan<byte> utf8, string path)
    {
        if (!_ranges.TryGetValue(path, out var range))
        {
            return new JsonNode(default, path);
        }
        var reader = new Utf8JsonReader(utf8[range]);
        return new JsonNode(JsonElement.ParseValue(ref reader), path);
    }

    /// <summary>A reader on the first token of a member.</summary>
    public Utf8JsonReader Reader(ReadOnlySpan<byte> utf8, string path, JsonTokenType expected)
    {
        if (!_ranges.TryGetValue(path, out var range))
        {
            throw new TokenizerFormatException($"{path}: expected {expected}, found nothing");
        }
        var reader = new Utf8JsonReader(utf8[range]);
        reader.Read();
        return reader.TokenType == expected
            ? reader
            : throw new TokenizerFormatException($"{path}: expected {expected}, found {reader.TokenType}");
    }

    private void Note(ref Utf8JsonReader reader, string prefix)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var place = prefix.Length == 0 ? "the file" : Model;
            throw new TokenizerFormatException($"{place}: expected an object, found {reader.TokenType}");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var path = prefix + reader.GetString();
            reader.Read();
            if (path == Model)
            {
                Note(ref reader, Model + ".");
                continue;
            }
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            _ranges[path] = start..(int)reader.BytesConsumed;
        }
    }
}
