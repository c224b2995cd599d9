using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>The <c>logprobs</c> of a choice of a text completion: lists side by side.</summary>
internal static class CompletionLogprobs
{
    /// <param name="tokens">Null: there are none to tell.</param>
    /// <param name="offset">Where the first token begins in the answer's text, in characters.</param>
    public static void Write(Utf8JsonWriter json, ImmutableArray<TokenLogprob>? tokens, int offset)
    {
        if (tokens is not { } known)
        {
            json.WriteNull("logprobs"u8);
            return;
        }
        json.WriteStartObject("logprobs"u8);
        WriteList(json, "tokens", known, (token, _) => json.WriteStringValue(NameOf(token)));
        WriteList(json, "token_logprobs", known, (token, _) => json.WriteNumberValue(LogprobsJson.Finite(token)));
        WriteList(json, "top_logprobs", known, (token, _) => WriteTop(json, token));
        WriteList(json, "text_offset", known, (_, index) => json.WriteNumberValue(offset + LengthOf(known.AsSpan(0, index))));
        json.WriteEndObject();
    }

    /// <summary>Characters that begin in these tokens.</summary>
    public static int LengthOf(ReadOnlySpan<TokenLogprob> tokens)
    {
        var length = 0;
        foreach (var token in tokens)
        {
            length += token.Bytes.Count(value => (value & 0xC0) != 0x80);
        }
        return length;
    }

    private static void WriteList(
        Utf8JsonWriter json, string name, ImmutableArray<TokenLogprob> tokens, Action<TokenLogprob, int> write)
    {
        json.WriteStartArray(name);
        for (var index = 0; index < tokens.Length; index++)
        {
            write(tokens[index], index);
        }
        json.WriteEndArray();
    }

    // The chosen token is always among them. Two tokens of one name are told once, by the likelier.
    private static void WriteTop(Utf8JsonWriter json, TokenLogprob token)
    {
        json.WriteStartObject();
        foreach (var top in token.Top.Append(token).DistinctBy(NameOf))
        {
            json.WriteNumber(NameOf(top), LogprobsJson.Finite(top));
        }
        json.WriteEndObject();
    }

    // Part of a character is told as OpenAI tells it.
    private static string NameOf(TokenLogprob token) => Utf8.IsValid(token.Bytes.AsSpan())
        ? System.Text.Encoding.UTF8.GetString(token.Bytes.AsSpan())
        : "bytes:" + string.Concat(token.Bytes.Select(value => $"\\x{value:x2}"));
}
