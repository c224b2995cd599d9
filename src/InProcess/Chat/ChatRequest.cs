using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.AI;
using MlxActors.Generation;
using MlxActors.Generation.Constraints;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;

namespace MlxActors.InProcess.Chat;

/// <summary>Options and messages of a chat client as a request to the engine.</summary>
internal static class ChatRequest
{
    /// <param name="model">For a call that names none.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or a schema has a keyword that answers cannot be held to.</exception>
    /// <exception cref="NotSupportedException">An option, a tool or a content that the engine has no use for.</exception>
    public static GenerationRequest Of(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions options, string model, RequestId id)
    {
        Refuse(options.ConversationId is not null, "a conversation id: each call brings its whole conversation");
        Refuse(options.ContinuationToken is not null || options.AllowBackgroundResponses is true, "background responses");
        Refuse(options.Reasoning is not null, "options for reasoning");
        var tools = ToolsOf(options);
        var shown = options.ToolMode is NoneChatToolMode ? [] : tools;
        var conversation = ChatMessages.ToConversation(messages, options.Instructions, shown);
        return new GenerationRequest(
            id, options.ModelId ?? model, conversation, SamplingOf(options), options.MaxOutputTokens, [.. options.StopSequences ?? []])
        {
            ParallelToolCalls = options.AllowMultipleToolCalls ?? true,
            Form = FormOf(options, shown),
        };
    }

    private static SamplingOptions SamplingOf(ChatOptions options) =>
        new(options.Temperature, options.TopP, options.TopK, MinP: null, unchecked((ulong?)options.Seed))
        {
            PresencePenalty = options.PresencePenalty,
            FrequencyPenalty = options.FrequencyPenalty,
        };

    private static ImmutableArray<ToolDefinition> ToolsOf(ChatOptions options) =>
        [.. (options.Tools ?? []).Select(tool => tool is AIFunctionDeclaration function
            ? ToolOf(function)
            : throw new NotSupportedException($"The tool '{tool.Name}' is a {tool.GetType().Name}; the engine calls functions only."))];

    private static ToolDefinition ToolOf(AIFunctionDeclaration function)
    {
        var described = new { type = "function", function = new { name = function.Name, description = function.Description, parameters = function.JsonSchema } };
        return new ToolDefinition(function.Name, function.Description, function.JsonSchema)
        {
            Source = JsonSerializer.SerializeToElement(described),
        };
    }

    /// <summary>What the answer must be; null: anything.</summary>
    private static AnswerForm? FormOf(ChatOptions options, ImmutableArray<ToolDefinition> tools)
    {
        var required = options.ToolMode as RequiredChatToolMode;
        if (required is not null && !tools.Any(tool => tool.Name == (required.RequiredFunctionName ?? tool.Name)))
        {
            throw new ArgumentException($"The tool mode demands a call of {required.RequiredFunctionName ?? "a tool"}, which the options do not hold.", nameof(options));
        }
        var schema = required is null && options.ResponseFormat is ChatResponseFormatJson json
            ? json.Schema is { } given ? Accepted(Schema.Read(given), "the response format") : Schema.AnyObject
            : null;
        if (required is null && schema is null)
        {
            return null;
        }
        var callable = tools
            .Where(tool => required?.RequiredFunctionName is not { } name || tool.Name == name)
            .Select(tool => new CallableTool(tool.Name, Accepted(Schema.ReadParameters(tool.Parameters), $"the parameters of {tool.Name}")));
        return new AnswerForm(schema, [.. callable], options.AllowMultipleToolCalls ?? true);
    }

    private static Schema Accepted(Result<Schema, SchemaError> schema, string place) => schema.Match(
        read => read,
        error => throw new ArgumentException($"Invalid schema for {place}: {error}"));

    private static void Refuse(bool isThere, string what)
    {
        if (isThere)
        {
            throw new NotSupportedException($"The engine has no {what}.");
        }
    }
}
