using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Chat;

namespace MlxActors.Models.Tests.Chat;

/// <summary>Whole answers through a parser.</summary>
internal static class Parsing
{
    /// <summary>A weather tool whose signature is <c>get_weather(city, unit = None, days = None)</c>, and one without parameters.</summary>
    public static ImmutableArray<ToolDefinition> Tools { get; } =
    [
        new("get_weather", "Weather of a city", JsonElement.Parse(
            """
            {"type": "object", "properties": {
                "unit": {"type": "string"}, "city": {"type": "string"}, "days": {"type": "integer"}}, "required": ["city"]}
            """)),
        new("get-time", null, default),
    ];

    /// <summary>All text and all calls, these one a line as <c>name arguments</c>; the answer comes in the pieces given.</summary>
    public static (string Text, string Calls) Read(OutputParser parser, params IEnumerable<string> pieces)
    {
        ParsedOutput[] outputs = [.. pieces.Select(parser.Add), parser.Finish()];
        return (
            string.Concat(outputs.Select(output => output.Text)),
            string.Join('\n', outputs.SelectMany(output => output.Calls).Select(call => $"{call.Name} {call.Arguments}")));
    }

    public static IEnumerable<string> Letters(string text) => text.Select(c => c.ToString());
}
