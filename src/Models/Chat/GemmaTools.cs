using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MlxActors.Native.Results;

namespace MlxActors.Models.Chat;

/// <summary>A turn as the templates of Gemma 3 and 3n know it.</summary>
internal sealed record GemmaTurn(Role Role, ImmutableArray<ContentPart> Parts);

/// <summary>
/// How tools are put to Gemma 3 and 3n, whose templates know none: as Python signatures in the system text, calls in a
/// <c>tool_code</c> block, their results in a <c>tool_output</c> block of the user.
/// </summary>
internal static class GemmaTools
{
    private const string Fence = "```";

    private const string Introduction =
        "You can call the Python functions below. To call functions, answer only with a block that starts with ```tool_code and ends with "
        + "```, with one call per line and keyword arguments. The results come back in a ```tool_output block. Call a function only when "
        + "it helps; otherwise answer in plain text.";

    /// <summary>The block that tells the model of its tools.</summary>
    public static string Block(ImmutableArray<ToolDefinition> tools) =>
        $"{Introduction}\n\n{Fence}python\n{string.Join("\n\n", tools.Select(PythonSignature.Of))}\n{Fence}";

    /// <summary>
    /// The messages from <paramref name="first"/> on, without calls and results of tools. Results that follow no call stay what they are.
    /// </summary>
    public static Result<ImmutableArray<GemmaTurn>, PromptError> ToTurns(ImmutableArray<ChatMessage> messages, int first)
    {
        var turns = ImmutableArray.CreateBuilder<GemmaTurn>();
        for (var i = first; i < messages.Length; i++)
        {
            if (messages[i].ToolCalls.IsEmpty)
            {
                turns.Add(new GemmaTurn(messages[i].Role, messages[i].Parts));
                continue;
            }
            switch (Calls(messages[i], $"messages[{i}]"))
            {
                case Result<string, PromptError>.Error error:
                    return error.Reason;
                case Result<string, PromptError>.Ok calls:
                    turns.Add(new GemmaTurn(messages[i].Role, [new ContentPart.Text(calls.Value)]));
                    break;
            }
            var results = messages.Skip(i + 1).TakeWhile(message => message.Role == Role.Tool).ToArray();
            if (results.Length > 0)
            {
                turns.Add(new GemmaTurn(Role.User, [new ContentPart.Text(Results(messages[i].ToolCalls, results))]));
                i += results.Length;
            }
        }
        return turns.ToImmutable();
    }

    private static Result<string, PromptError> Calls(ChatMessage message, string field)
    {
        var content = TextOf(message);
        var text = new StringBuilder(content).Append(content.Length > 0 ? "\n" : "").Append(Fence).Append("tool_code\n");
        for (var i = 0; i < message.ToolCalls.Length; i++)
        {
            if (ReadArguments(message.ToolCalls[i].Arguments) is not { } arguments)
            {
                return new PromptError("A tool call's arguments must be a JSON object.", $"{field}.tool_calls[{i}].function.arguments");
            }
            var list = arguments.EnumerateObject().Select(argument => $"{argument.Name}={PythonLiteral.OfArgument(argument.Value)}");
            text.Append(message.ToolCalls[i].Name).Append('(').AppendJoin(", ", list).Append(")\n");
        }
        return text.Append(Fence).ToString();
    }

    /// <summary>One line per result, in the order of the calls; results of no call, which the cast puts last, as they come.</summary>
    private static string Results(ImmutableArray<ToolCall> calls, ChatMessage[] results)
    {
        string?[] order = [.. calls.Select(call => call.Id)];
        var lines = results.OrderBy(result => (uint)Array.IndexOf(order, result.ToolCallId)).Select(TextOf);
        return $"{Fence}tool_output\n{string.Join('\n', lines)}\n{Fence}";
    }

    private static string TextOf(ChatMessage message) => string.Concat(message.Parts.OfType<ContentPart.Text>().Select(part => part.Value));

    /// <summary>Null when it is no object; nothing at all counts as none.</summary>
    private static JsonElement? ReadArguments(string json)
    {
        try
        {
            var arguments = JsonElement.Parse(string.IsNullOrWhiteSpace(json) ? "{}" : json);
            return arguments.ValueKind == JsonValueKind.Object && PythonLiteral.CanSpell(arguments) ? arguments : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
