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
        var members = JsonMembers.Find(utf8);
        var (preTokenization, byteLevel) = PreTokenization.Read(members.Node(utf8, "pre_tokenizer"));
        var (vocabulary, bpe, cuts) = BpeJson.Read(utf8, members, byteLevel);
        return new TokenizerJson(
            vocabulary,
            ReadAddedTokens(members.Node(utf8, "added_tokens"), vocabulary),
            Normalization.Read(members.Node(utf8, "normalizer")),
            preTokenization,
            cuts,
            bpe,
            PostProcessing.Read(members.Node(utf8, "post_processor")),
            Decoding.Read(members.Node(utf8, "decoder")));
    }

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
                throw new TokenizerFormatException($"{node.Path}: expected one id for \"{token.Content}\", found {id} and {token.Id}");
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
