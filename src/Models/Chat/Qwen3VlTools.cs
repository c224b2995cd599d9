using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Models.Chat;

/// <summary>How the template of Qwen3-VL shows tools and calls.</summary>
internal static class Qwen3VlTools
{
    private const string Introduction =
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>";

    private const string Instruction =
        "\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML "
        + "tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>";

    /// <summary>The text that tells the model of its tools, one JSON object a line.</summary>
    public static IEnumerable<PromptPart> Block(ImmutableArray<ToolDefinition> tools) =>
    [
        new PromptPart.Template(Introduction),
        .. tools.SelectMany<ToolDefinition, PromptPart>(tool => [new PromptPart.Template("\n"), new PromptPart.Literal(Json(tool))]),
        new PromptPart.Template(Instruction),
    ];

    /// <summary>A call in an answer; its arguments stand as the caller wrote them.</summary>
    public static IEnumerable<PromptPart> Call(ToolCall call, bool startsOnNewLine) =>
    [
        new PromptPart.Template((startsOnNewLine ? "\n" : "") + "<tool_call>\n{\"name\": \""),
        new PromptPart.Literal(call.Name),
        new PromptPart.Template("\", \"arguments\": "),
        new PromptPart.Literal(call.Arguments),
        new PromptPart.Template("}\n</tool_call>"),
    ];

    private static string Json(ToolDefinition tool)
    {
        if (tool.Source.ValueKind == JsonValueKind.Object)
        {
            return PythonLiteral.Dumps(tool.Source);
        }
        string?[] members =
        [
            $"\"name\": {PythonLiteral.JsonString(tool.Name)}",
            tool.Description is { } description ? $"\"description\": {PythonLiteral.JsonString(description)}" : null,
            tool.Parameters.ValueKind == JsonValueKind.Undefined ? null : $"\"parameters\": {PythonLiteral.Dumps(tool.Parameters)}",
        ];
        return $"{{\"type\": \"function\", \"function\": {{{string.Join(", ", members.OfType<string>())}}}}}";
    }
}
