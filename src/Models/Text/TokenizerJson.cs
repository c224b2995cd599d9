using System.Text.Json;

namespace MlxActors.Models.Text;

/// <summary>A tokenizer file, read and checked. Format: the <c>tokenizer.json</c> of the Hugging Face tokenizers library.</summary>
/// <param name="Vocabulary">The model's tokens and the added ones.</param>
internal sealed record TokenizerJson(
    Vocabulary Vocabulary,
    AddedToken[] AddedTokens,
    Normalization Normalization,
    PreTokenization PreTokenization,
    WordCuts Cuts,
    Bpe Bpe,
    PostProcessing PostProcessing,
    Decoding Decoding)
{
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="TokenizerFormatException">It is no tokenizer that this reader knows; the message says where and why.</exception>
    public static TokenizerJson Read(ReadOnlySpan<byte> utf8)
    {
        var root = Members(utf8, "the file");
        var (preTokenization, byteLevel) = PreTokenization.Read(Node(utf8, root, "pre_tokenizer"));
        var modelRange = root.TryGetValue("model", out var range) ? range : throw Missing("model");
        var (vocabulary, bpe, cuts) = BpeJson.Read(utf8[modelRange], byteLevel);
        return new TokenizerJson(
            vocabulary,
            ReadAddedTokens(Node(utf8, root, "added_tokens"), vocabulary),
            Normalization.Read(Node(utf8, root, "normalizer")),
            preTokenization,
            cuts,
            bpe,
            PostProcessing.Read(Node(utf8, root, "post_processor")),
            Decoding.Read(Node(utf8, root, "decoder")));
    }

    /// <summary>Where the value of each member of an object stands. The large ones are then read from there without a document in memory.</summary>
    internal static Dictionary<string, Range> Members(ReadOnlySpan<byte> utf8, string place)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new TokenizerFormatException($"{place}: expected an object, found {reader.TokenType}");
        }
        var members = new Dictionary<string, Range>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            members[name] = start..(int)reader.BytesConsumed;
        }
        // To the end, so that what follows the object is seen.
        while (reader.Read())
        {
        }
        return members;
    }

    internal static JsonNode Node(ReadOnlySpan<byte> utf8, Dictionary<string, Range> members, string name)
    {
        if (!members.TryGetValue(name, out var range))
        {
            return new JsonNode(default, name);
        }
        var reader = new Utf8JsonReader(utf8[range]);
        return new JsonNode(JsonElement.ParseValue(ref reader), name);
    }

    internal static TokenizerFormatException Missing(string name) => new($"{name}: expected an object, found nothing");

    private static AddedToken[] ReadAddedTokens(JsonNode node, Vocabulary vocabulary)
    {
        var tokens = node.IsNull ? [] : node.Items().Select(ReadAddedToken).ToArray();
        foreach (var token in tokens)
        {
            if (!vocabulary.TryGetId(token.Content, out var id))
            {
                vocabulary.Add(token.Content, token.Id, node.Path);
            }
            else if (id != token.Id)
            {
                throw new TokenizerFormatException($"{node.Path}: \"{token.Content}\" has the ids {id} and {token.Id}");
            }
        }
        return tokens;
    }

    private static AddedToken ReadAddedToken(JsonNode node)
    {
        foreach (var flag in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip", "normalized"])
        {
            if (node[flag].Flag(absent: false))
            {
                throw node[flag].Wrong("false");
            }
        }
        return new AddedToken(node["content"].Text(), node["id"].Id(), node["special"].Flag(absent: false));
    }
}
