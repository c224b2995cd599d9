using System.Text.Json;

namespace MlxActors.Models.Text;

/// <summary>Reads the <c>model</c> of a tokenizer file: a vocabulary of hundreds of thousands of tokens and its merges.</summary>
internal static class BpeJson
{
    private const string VocabularyPlace = "model.vocab";
    private const string MergesPlace = "model.merges";

    /// <param name="byteLevel">The symbols are bytes, not characters.</param>
    public static (Vocabulary Vocabulary, Bpe Bpe, WordCuts Cuts) Read(ReadOnlySpan<byte> utf8, JsonMembers members, bool byteLevel)
    {
        var type = members.Node(utf8, "model.type");
        type.Expect(type.Text() == "BPE", "\"BPE\"");
        foreach (var name in (ReadOnlySpan<string>)["dropout", "ignore_merges", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            RefuseUnlessEmpty(members.Node(utf8, $"model.{name}"));
        }
        var vocabulary = ReadVocabulary(members.Reader(utf8, VocabularyPlace, JsonTokenType.StartObject));
        var cuts = !byteLevel && vocabulary.TryGetId([WordCuts.Space], out _) ? WordCuts.BeforeSpaces() : WordCuts.None;
        var merges = ReadMerges(members.Reader(utf8, MergesPlace, JsonTokenType.StartArray), vocabulary, cuts);
        Alphabet alphabet = byteLevel
            ? new Alphabet.Bytes(ByteSymbols.PrintableIds(vocabulary, VocabularyPlace))
            : new Alphabet.Characters(
                vocabulary,
                members.Node(utf8, "model.byte_fallback").Flag(absent: false) ? ByteSymbols.FallbackIds(vocabulary, VocabularyPlace) : null,
                UnknownId(members.Node(utf8, "model.unk_token"), vocabulary),
                members.Node(utf8, "model.fuse_unk").Flag(absent: false));
        return (vocabulary, new Bpe(alphabet, merges), cuts);
    }

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

    private static Vocabulary ReadVocabulary(Utf8JsonReader reader)
    {
        var vocabulary = new Vocabulary();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var token = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var id))
            {
                throw new TokenizerFormatException($"{VocabularyPlace}: expected {Vocabulary.IdRange}, found none for \"{token}\"");
            }
            vocabulary.Add(token, id, VocabularyPlace);
        }
        return vocabulary;
    }

    /// <summary>Merges are pairs, as arrays or, in older files, as strings with a space between.</summary>
    private static MergeTable ReadMerges(Utf8JsonReader reader, Vocabulary vocabulary, WordCuts cuts)
    {
        var merges = new List<(int Left, int Right, int Result)>();
        var joined = new char[64];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var (left, length) = ReadMerge(ref reader, ref joined, merges.Count);
            var first = joined.AsSpan(0, left);
            var second = joined.AsSpan(left, length - left);
            merges.Add((Id(first), Id(second), Id(joined.AsSpan(0, length))));
            cuts.Note(first, second);
        }
        return new MergeTable(merges);

        int Id(ReadOnlySpan<char> token) => vocabulary.TryGetId(token, out var id)
            ? id
            : throw new TokenizerFormatException($"{MergesPlace}[{merges.Count}]: expected tokens of the vocabulary, found \"{token}\"");
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
            : throw new TokenizerFormatException($"{MergesPlace}[{index}]: expected two tokens, found {parts}");
    }
}
