using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Native.Results;
using MlxActors.Web.OpenAi.Errors;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>Which tools a request offers, by name, and whether it wants one called.</summary>
internal sealed record ToolOffer(ImmutableArray<string> Names, ToolChoice Choice)
{
    /// <summary>Whether the model may answer with a call.</summary>
    public bool AllowsCalls => !Names.IsEmpty && Choice is not ToolChoice.None;
}

internal abstract record ToolChoice
{
    private ToolChoice()
    {
    }

    public sealed record None : ToolChoice;

    public sealed record Auto : ToolChoice;

    public sealed record Required : ToolChoice;

    public sealed record Named(string Name) : ToolChoice;
}

/// <summary>The fields <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>.</summary>
internal static partial class ToolDecoder
{
    private static readonly Decoder<string> Name = Decode.Matching(NamePattern());

    private static readonly Decoder<string> Tool = ObjectReader.Decoder(tool =>
    {
        tool.Required("type", Decode.OneOf("function"));
        var name = tool.Required("function", ObjectReader.Decoder(function =>
        {
            var name = function.Required("name", Name);
            function.Optional("description", Decode.Text);
            function.OptionalValue("parameters", Decode.Object);
            function.OptionalValue("strict", Decode.Boolean);
            return function.Finish(() => name);
        }));
        return tool.Finish(() => name);
    });

    private static readonly Decoder<ToolChoice> NamedChoice = ObjectReader.Decoder(choice =>
    {
        choice.Required("type", Decode.OneOf("function"));
        var name = choice.Required("function", ObjectReader.Decoder(function =>
        {
            var name = function.Required("name", Decode.Text);
            return function.Finish(() => name);
        }));
        return choice.Finish<ToolChoice>(() => new ToolChoice.Named(name));
    });

    /// <summary>Names of functions and of schemas, as OpenAI limits them.</summary>
    public static Regex NameRule => NamePattern();

    /// <summary>Reads the offer; an empty array of tools counts as none.</summary>
    public static ToolOffer Read(ObjectReader body)
    {
        var names = body.OptionalValue("tools", Decode.ListOf(Tool)) ?? [];
        var choice = body.Optional("tool_choice", Choice) ?? new ToolChoice.Auto();
        body.OptionalValue("parallel_tool_calls", Decode.Boolean);
        body.Demand(
            () => !names.IsEmpty || choice is ToolChoice.Auto or ToolChoice.None,
            () => ApiError.BadRequest(
                "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", "tool_choice"));
        body.Demand(
            () => choice is not ToolChoice.Named(var name) || names.Contains(name),
            () => ApiError.BadRequest(
                "Invalid value for 'tool_choice': no function of the given name was specified in the 'tools' parameter.", "tool_choice"));
        return new ToolOffer(names, choice);
    }

    private static Result<ToolChoice, ApiError> Choice(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String => Decode.OneOf("none", "auto", "required")(value, path).Map<ToolChoice>(word => word switch
        {
            "none" => new ToolChoice.None(),
            "required" => new ToolChoice.Required(),
            _ => new ToolChoice.Auto(),
        }),
        JsonValueKind.Object => NamedChoice(value, path),
        _ => Faults.WrongType(path, "one of 'none', 'auto', 'required' or an object", value),
    };

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
