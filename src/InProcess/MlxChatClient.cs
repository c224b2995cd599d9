using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using MlxActors.Generation;
using MlxActors.InProcess.Chat;
using ClientMessage = Microsoft.Extensions.AI.ChatMessage;

namespace MlxActors.InProcess;

/// <summary>An engine's models as a chat client: text, streams, images, audio, functions, answers held to a schema.</summary>
/// <remarks>Conversations that outgrow the window are summarised as the configuration says; <see cref="ChatOptions.ModelId"/> swaps the model.</remarks>
public sealed class MlxChatClient : IChatClient
{
    /// <summary>What answers are said to come from.</summary>
    public const string ProviderName = "mlxactors";

    private readonly SupervisorClient _supervisor;
    private readonly ChatClientMetadata _metadata;

    internal MlxChatClient(SupervisorClient supervisor, string model)
    {
        _supervisor = supervisor;
        _metadata = new ChatClientMetadata(ProviderName, providerUri: null, defaultModelId: model);
    }

    /// <inheritdoc/>
    /// <exception cref="MlxEngineException">There is no whole answer.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ClientMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="MlxEngineException">There is no answer, or it broke off.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ClientMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(
            ChatRequest.Of(messages, options ?? new ChatOptions(), _metadata.DefaultModelId!, RequestId.New()), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType?.IsInstanceOfType(this) == true ? this
        : null;

    /// <summary>Does nothing: the engine is its own to dispose.</summary>
    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var created = DateTimeOffset.UtcNow;
        await foreach (var happened in _supervisor.GenerateAsync(request, cancellationToken))
        {
            if (happened is GenerationEvent.Failed failed)
            {
                throw new MlxEngineException(failed.Error);
            }
            if (ContentsOf(happened) is { Count: > 0 } contents)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, contents)
                {
                    ResponseId = request.Id.ToString(),
                    MessageId = request.Id.ToString(),
                    ModelId = request.Model,
                    CreatedAt = created,
                    FinishReason = happened is GenerationEvent.Finished finished ? ReasonOf(finished.Reason) : null,
                };
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static IList<AIContent> ContentsOf(GenerationEvent happened) => happened switch
    {
        GenerationEvent.Text text => [new TextContent(text.Delta)],
        GenerationEvent.ToolCall call => [FunctionCallContent.CreateFromParsedArguments(call.Arguments, call.Id, call.Name, ParseArguments)],
        GenerationEvent.Finished finished => [new UsageContent(DetailsOf(finished.Usage))],
        _ => [],
    };

    private static Dictionary<string, object?>? ParseArguments(string arguments) =>
        JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments, AIJsonUtilities.DefaultOptions);

    private static UsageDetails DetailsOf(Usage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.TotalTokens,
        CachedInputTokenCount = usage.CachedTokens,
    };

    private static ChatFinishReason ReasonOf(FinishReason reason) => reason switch
    {
        FinishReason.Stop => ChatFinishReason.Stop,
        FinishReason.Length => ChatFinishReason.Length,
        FinishReason.ToolCalls => ChatFinishReason.ToolCalls,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
