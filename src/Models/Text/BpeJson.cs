using System.Text.Json;

namespace MlxActors.Models.Text;

/// <summary>Reads the <c>model</c> of a tokenizer file: a vocabulary of hundreds of thousands of tokens and its merges.</summary>
internal static class BpeJson
{
    private const string VocabularyPlace = "model.vocab";
    private const string MergesPlace = "model.merges";

    /// <param name="byteLevel">The symbols are bytes, not characters.</param>
    public static (Vocabulary Vocabulary, Bpe Bpe, WordCuts Cuts) Read(ReadOnlySpan<byte> utf8, bool byteLevel)
    {
        var members = TokenizerJson.Members(utf8, "model");
        var type = Setting(utf8, members, "type");
        type.Expect(type.Text() == "BPE", "\"BPE\"");
        foreach (var name in (ReadOnlySpan<string>)["dropout", "ignore_merges", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            RefuseUnlessEmpty(Setting(utf8, members, name));
        }
        var vocabulary = ReadVocabulary(utf8[members.TryGetValue("vocab", out var vocab) ? vocab : throw TokenizerJson.Missing(VocabularyPlace)]);
        var cuts = !byteLevel && vocabulary.TryGetId([WordCuts.Space], out _) ? WordCuts.BeforeSpaces() : WordCuts.None;
        var merges = ReadMerges(utf8[members.TryGetValue("merges", out var range) ? range : throw TokenizerJson.Missing(MergesPlace)], vocabulary, cuts);
        Alphabet alphabet = byteLevel
            ? new Alphabet.Bytes(ByteSymbols.PrintableIds(vocabulary, VocabularyPlace))
            : new Alphabet.Characters(
                vocabulary,
                Setting(utf8, members, "byte_fallback").Flag(absent: false) ? ByteSymbols.FallbackIds(vocabulary, VocabularyPlace) : null,
                UnknownId(Setting(utf8, members, "unk_token"), vocabulary),
                Setting(utf8, members, "fuse_unk").Flag(absent: false));
        return (vocabulary, new Bpe(alphabet, merges), cuts);
    }

    private static JsonNode Setting(ReadOnlySpan<byte> utf8, Dictionary<string, Range> members, string name) =>
        TokenizerJson.Node(utf8, members, name) with { Path = $"model.{name}" };

    /// <summary>Settings of other tokenizers, that change the ids.</summary>
    private static void RefuseUnlessEmpty(JsonNode setting)
    {
        var isEmpty = setting.IsNull || setting.Value.ValueKind switch
        {
            JsonValueKind.False => true,
            JsonValueKind.String => setting.Text().Length == 0,
            JsonValueKind.Number => setting.Value.TryGetDouble(out var number) && number == 0,
            _ => false,
        };
        setting.Expect(isEmpty, "null, false, zero or an empty string");
    }

    private static int? UnknownId(JsonNode node, Vocabulary vocabulary) =>
        node.IsNull ? null
        : vocabulary.TryGetId(node.Text(), out var id) ? id
        : throw node.Wrong("a token of the vocabulary");

    private static Vocabulary ReadVocabulary(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new TokenizerFormatException($"{VocabularyPlace}: expected an object, found {reader.TokenType}");
        }
        var vocabulary = new Vocabulary(Count(utf8, JsonTokenType.PropertyName));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var token = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id))
            {
                throw new TokenizerFormatException($"{VocabularyPlace}: expected {Vocabulary.IdRange}, found something else for \"{token}\"");
            }
            vocabulary.Add(token, id, VocabularyPlace);
        }
        return vocabulary;
    }

    /// <summary>Merges are pairs, as arrays or, in older files, as strings with a space between.</summary>
    private static MergeTable ReadMerges(ReadOnlySpan<byte> utf8, Vocabulary vocabulary, WordCuts cuts)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new TokenizerFormatException($"{MergesPlace}: expected an array, found {reader.TokenType}");
        }
        var count = Count(utf8);
        var table = new MergeTable(count);
        var joined = new char[64];
        for (var index = 0; index < count; index++)
        {
            reader.Read();
            var (left, length) = ReadMerge(ref reader, ref joined, index);
            var first = joined.AsSpan(0, left);
            var second = joined.AsSpan(left, length - left);
            table.Add(Id(first), Id(second), Id(joined.AsSpan(0, length)));
            cuts.Note(first, second);

            int Id(ReadOnlySpan<char> token) => vocabulary.TryGetId(token, out var id)
                ? id
                : throw new TokenizerFormatException($"{MergesPlace}[{index}]: expected tokens of the vocabulary, found \"{token}\"");
        }
        return table;
    }

    /// <summary>Puts both parts of a merge behind each other.</summary>
    private static (int Left, int Length) ReadMerge(ref Utf8JsonReader reader, ref char[] joined, int index)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = reader.GetString()!;
            var space = text.IndexOf(' ');
            if (space < 0 || text.IndexOf(' ', space + 1) >= 0)
            {
                throw new TokenizerFormatException($"{MergesPlace}[{index}]: expected two tokens, found \"{text}\"");
            }
            joined = joined.Length < text.Length ? new char[text.Length] : joined;
            text.AsSpan(0, space).CopyTo(joined);
            text.AsSpan(space + 1).CopyTo(joined.AsSpan(space));
            return (space, text.Length - 1);
        }
        var left = 0;
        var length = 0;
        var parts = 0;
        for (reader.Read(); reader.TokenType == JsonTokenType.String; reader.Read(), parts++)
        {
            if (joined.Length - length < reader.ValueSpan.Length)
            {
                Array.Resize(ref joined, length + reader.ValueSpan.Length);
            }
            left = length;
            length += reader.CopyString(joined.AsSpan(length));
        }
        return parts == 2 && reader.TokenType == JsonTokenType.EndArray
            ? (left, length)
            : throw new TokenizerFormatException($"{MergesPlace}[{index}]: expected an array of two tokens");
    }

    private static int Count(ReadOnlySpan<byte> utf8, JsonTokenType kind)
    {
        var reader = new Utf8JsonReader(utf8);
        var count = 0;
        while (reader.Read())
        {
            count += reader.TokenType == kind ? 1 : 0;
        }
        return count;
    }

    /// <summary>The number of items of an array.</summary>
    private static int Count(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        var count = 0;
        for (reader.Read(); reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            reader.Skip();
        }
        return count;
    }
}
