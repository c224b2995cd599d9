using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>The <c>logprobs</c> of a choice.</summary>
internal static class LogprobsJson
{
    /// <summary>What OpenAI writes for tokens that are next to impossible; JSON has no infinity.</summary>
    private const float Least = -9999;

    /// <param name="tokens">Null: there are none to tell.</param>
    public static void Write(Utf8JsonWriter json, ImmutableArray<TokenLogprob>? tokens)
    {
        if (tokens is not { } known)
        {
            json.WriteNull("logprobs"u8);
            return;
        }
        json.WriteStartObject("logprobs"u8);
        WriteTokens(json, "content"u8, known);
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
    }

    public static void WriteTokens(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<TokenLogprob> tokens)
    {
        json.WriteStartArray(name);
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            WriteToken(json, token);
            json.WriteStartArray("top_logprobs"u8);
            foreach (var top in token.Top)
            {
                json.WriteStartObject();
                WriteToken(json, top);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static float Finite(TokenLogprob token) => Math.Max(token.Logprob, Least);

    private static void WriteToken(Utf8JsonWriter json, TokenLogprob token)
    {
        // Part of a character is no text: the bytes tell what it is.
        json.WriteString("token"u8, Encoding.UTF8.GetString(token.Bytes.AsSpan()));
        json.WriteNumber("logprob"u8, Finite(token));
        json.WriteStartArray("bytes"u8);
        foreach (var value in token.Bytes)
        {
            json.WriteNumberValue(value);
        }
        json.WriteEndArray();
    }
}
