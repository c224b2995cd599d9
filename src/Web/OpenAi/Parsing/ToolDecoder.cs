using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Generation.Constraints;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>The tools that the model may call in its answer.</summary>
/// <param name="Given">All of the request.</param>
/// <param name="Parallel">Whether it may call more than one.</param>
/// <param name="Choice">Which it may call, and whether it must.</param>
internal sealed record ToolOffer(ImmutableArray<ToolDefinition> Given, bool Parallel, ToolChoice Choice)
{
    /// <summary>Those that the model is shown.</summary>
    public ImmutableArray<ToolDefinition> Tools => Choice switch
    {
        ToolChoice.None => [],
        ToolChoice.Allowed(var names, _) => [.. Given.Where(tool => names.Contains(tool.Name))],
        _ => Given,
    };

    public bool MustCall => Choice is ToolChoice.Required or ToolChoice.Named or ToolChoice.Allowed { MustCall: true };

    public bool MayCall(string tool) => Choice switch
    {
        ToolChoice.None => false,
        ToolChoice.Allowed(var names, _) => names.Contains(tool),
        ToolChoice.Named(var name) => tool == name,
        _ => true,
    };
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

    /// <summary>Only some of the tools.</summary>
    public sealed record Allowed(ImmutableArray<string> Names, bool MustCall) : ToolChoice;

    /// <summary>Tools that it speaks of.</summary>
    public ImmutableArray<string> Mentioned => this switch
    {
        Named(var name) => [name],
        Allowed(var names, _) => names,
        _ => [],
    };
}

/// <summary>The fields <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>.</summary>
internal static partial class ToolDecoder
{
    private static readonly Decoder<string> Name = Decode.Matching(NamePattern());

    private static readonly Decoder<ToolDefinition> Function = ObjectReader.Decoder(function =>
    {
        var name = function.Required("name", Name);
        var description = function.Optional("description", Decode.Text);
        var parameters = function.OptionalValue("parameters", Decode.Object);
        function.OptionalValue("strict", Decode.Boolean);
        return function.Finish(() => new ToolDefinition(name, description, parameters?.Clone() ?? default));
    });

    private static readonly Decoder<ToolDefinition> Typed = ObjectReader.Decoder(tool =>
    {
        tool.Required("type", Decode.OneOf("function"));
        var function = tool.Required("function", Function);
        return tool.Finish(() => function);
    });

    private static readonly Decoder<string> Named = ObjectReader.Decoder(tool =>
    {
        tool.Required("type", Decode.OneOf("function"));
        return NameIn(tool);
    });

    private static readonly Decoder<ToolChoice> Allowed = ObjectReader.Decoder(allowed =>
    {
        var mode = allowed.Required("mode", Decode.OneOf("auto", "required"));
        var names = allowed.Required("tools", Decode.ListOf(Named));
        allowed.Demand(() => !names.IsEmpty, () => Faults.EmptyArray(allowed.PathOf("tools")));
        return allowed.Finish<ToolChoice>(() => new ToolChoice.Allowed(names, mode == "required"));
    });

    private static readonly Decoder<ToolChoice> ObjectChoice = ObjectReader.Decoder(choice =>
    {
        var type = choice.Required("type", Decode.OneOf("function", "allowed_tools"));
        return choice.Finish(() => type).Bind(type =>
        {
            if (type == "function")
            {
                return NameIn(choice).Map<ToolChoice>(name => new ToolChoice.Named(name));
            }
            var allowed = choice.Required("allowed_tools", Allowed);
            return choice.Finish(() => allowed);
        });
    });

    /// <summary>Names of functions and of schemas, as OpenAI limits them.</summary>
    public static Regex NameRule => NamePattern();

    /// <summary>
    /// Reads the offer; an empty array of tools counts as none, and tools that may not be called are not shown to the model.
    /// </summary>
    public static ToolOffer Read(ObjectReader body)
    {
        var tools = body.OptionalValue("tools", Decode.ListOf<ToolDefinition>(Tool)) ?? [];
        var choice = body.Optional("tool_choice", Choice) ?? new ToolChoice.Auto();
        var parallel = body.OptionalValue("parallel_tool_calls", Decode.Boolean) ?? true;
        body.Demand(
            () => !tools.IsEmpty || choice is ToolChoice.Auto or ToolChoice.None,
            () => ApiError.BadRequest(
                "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.", "tool_choice"));
        body.Demand(
            () => choice.Mentioned.All(name => tools.Any(tool => tool.Name == name)),
            () => ApiError.BadRequest(
                "Invalid value for 'tool_choice': no function of the given name was specified in the 'tools' parameter.", "tool_choice"));
        return new ToolOffer(tools, parallel, choice);
    }

    /// <summary>
    /// What the answer must be by these fields and the response format; null when it may be anything. With a format and tools, the model
    /// may answer in the format or call.
    /// </summary>
    public static AnswerForm? FormOf(ObjectReader body, ToolOffer offer, ResponseFormat format)
    {
        if (!offer.MustCall && format.Schema is null)
        {
            return null;
        }
        var tools = ImmutableArray.CreateBuilder<CallableTool>();
        for (var i = 0; i < offer.Given.Length; i++)
        {
            var (tool, path) = (offer.Given[i], $"tools[{i}].function.parameters");
            if (!offer.MayCall(tool.Name))
            {
                continue;
            }
            var schema = tool.Parameters.ValueKind == JsonValueKind.Undefined
                ? Schema.NoProperties
                : Schema.ReadParameters(tool.Parameters);
            switch (schema)
            {
                case Result<Schema, SchemaError>.Ok(var parameters):
                    tools.Add(new CallableTool(tool.Name, parameters));
                    break;
                case Result<Schema, SchemaError>.Error(var error):
                    body.Demand(() => false, () => Faults.Schema(path, error));
                    break;
            }
        }
        return new AnswerForm(offer.MustCall ? null : format.Schema, tools.ToImmutable(), offer.Parallel);
    }

    private static Result<string, ApiError> NameIn(ObjectReader tool)
    {
        var name = tool.Required("function", ObjectReader.Decoder(function =>
        {
            var name = function.Required("name", Decode.Text);
            return function.Finish(() => name);
        }));
        return tool.Finish(() => name);
    }

    /// <summary>A tool, with the request's own words for templates that show it whole. The body's memory is not kept.</summary>
    private static Result<ToolDefinition, ApiError> Tool(JsonElement value, string path) => Typed(value, path).Bind<ToolDefinition>(tool =>
        PythonLiteral.CanSpell(value)
            ? tool with { Source = value.Clone() }
            : Faults.Invalid(path, "a string in it holds half of a surrogate pair."));

    private static Result<ToolChoice, ApiError> Choice(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String => Decode.OneOf("none", "auto", "required")(value, path).Map<ToolChoice>(word => word switch
        {
            "none" => new ToolChoice.None(),
            "required" => new ToolChoice.Required(),
            _ => new ToolChoice.Auto(),
        }),
        JsonValueKind.Object => ObjectChoice(value, path),
        _ => Faults.WrongType(path, "one of 'none', 'auto', 'required' or an object", value),
    };

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
