using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MlxActors.Gateway.Requests;

/// <summary>
/// A key that all turns of a conversation share: a hash over its beginning, as far as the first turn had it already. What comes before the
/// user's first message (tools, system prompt) is in it, for it comes first in the prompt too.
/// </summary>
internal static class ConversationKey
{
    /// <summary>Of a raw prompt, which grows at its end: so many bytes of its JSON are its beginning.</summary>
    private const int PromptBeginning = 512;

    /// <returns>Null for a body without a conversation.</returns>
    public static ulong? Of(JsonElement body)
    {
        var hash = new XxHash3();
        var has = AppendTurns(hash, body, "messages") | AppendTurns(hash, body, "input") | AppendPrompt(hash, body);
        if (!has)
        {
            return null;
        }
        Append(hash, body, "model");
        Append(hash, body, "tools");
        Append(hash, body, "instructions");

        // Clients that know better which requests share a beginning say so by this.
        Append(hash, body, "prompt_cache_key");
        return hash.GetCurrentHashAsUInt64();
    }

    /// <summary>Everything up to the user's first message; all of it when there is none.</summary>
    private static bool AppendTurns(XxHash3 hash, JsonElement body, string field)
    {
        if (!body.TryGetProperty(field, out var turns))
        {
            return false;
        }
        if (turns.ValueKind != JsonValueKind.Array)
        {
            Append(hash, turns);
            return turns.ValueKind == JsonValueKind.String;
        }
        foreach (var turn in turns.EnumerateArray())
        {
            Append(hash, turn);
            if (IsOfUser(turn))
            {
                break;
            }
        }
        return turns.GetArrayLength() > 0;
    }

    private static bool AppendPrompt(XxHash3 hash, JsonElement body)
    {
        if (!body.TryGetProperty("prompt", out var prompt))
        {
            return false;
        }
        var json = JsonMarshal.GetRawUtf8Value(prompt);
        hash.Append(json[..Math.Min(json.Length, PromptBeginning)]);
        return true;
    }

    private static void Append(XxHash3 hash, JsonElement body, string field)
    {
        if (body.TryGetProperty(field, out var value))
        {
            Append(hash, value);
        }
    }

    // As the client wrote it: clients write the same message the same way each turn.
    private static void Append(XxHash3 hash, JsonElement value) => hash.Append(JsonMarshal.GetRawUtf8Value(value));

    private static bool IsOfUser(JsonElement turn) =>
        turn.ValueKind == JsonValueKind.Object && turn.TryGetProperty("role", out var role)
        && role.ValueKind == JsonValueKind.String && role.ValueEquals("user"u8);
}
