using System.Collections.Immutable;
using MlxActors.Generation;
using MlxActors.Models.Chat;
using MlxActors.Web.OpenAi.Contracts;

namespace MlxActors.Web.OpenAi;

/// <param name="Json">The response object.</param>
/// <param name="Conversation">Up to and with the answer, without instructions.</param>
/// <param name="Input">The items that it answers, each as JSON.</param>
/// <param name="Events">How the answer came, to be streamed once more.</param>
internal sealed record StoredResponse(
    ResponseHead Head,
    byte[] Json,
    Conversation Conversation,
    ImmutableArray<ReadOnlyMemory<byte>> Input,
    ImmutableArray<GenerationEvent> Events)
{
    private const int EventBytes = 64;
    private const int LogprobBytes = 96;

    public string Id => Head.Id;

    /// <summary>What it holds on to in memory, or a little more: files are counted by each response that has them.</summary>
    public long Bytes { get; } = Json.Length
        + Events.Sum(BytesOf)
        + Input.Sum(item => (long)item.Length)
        + Conversation.Media.Sum(file => (long)file.Content.Length)
        + Conversation.Messages.Sum(message =>
            message.Parts.OfType<ContentPart.Text>().Sum(part => sizeof(char) * (long)part.Value.Length)
            + message.ToolCalls.Sum(call => sizeof(char) * (long)(call.Name.Length + call.Arguments.Length)));

    private static long BytesOf(GenerationEvent happened) => EventBytes + happened switch
    {
        GenerationEvent.Text text => (sizeof(char) * (long)text.Delta.Length) + BytesOf(text.Logprobs),
        GenerationEvent.Finished finished => BytesOf(finished.Logprobs),
        _ => 0,
    };

    private static long BytesOf(ImmutableArray<TokenLogprob> tokens) => tokens.Sum(token => LogprobBytes * (1L + token.Top.Length));
}

/// <param name="Count">Most responses that are kept.</param>
/// <param name="Bytes">Most memory that they hold on to together.</param>
internal sealed record ResponseLimits(int Count, long Bytes);

/// <summary>Responses that may be asked for or continued; those that nobody has used for longest make room. Thread-safe.</summary>
internal sealed class ResponseStore(ResponseLimits limits)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<StoredResponse> _byUse = new();
    private readonly Dictionary<string, LinkedListNode<StoredResponse>> _byId = [];
    private long _bytes;

    /// <summary>Keeps the response, unless it alone is more than the store holds.</summary>
    public void Add(StoredResponse response)
    {
        lock (_lock)
        {
            if (response.Bytes > limits.Bytes)
            {
                return;
            }
            _byId.Add(response.Id, _byUse.AddFirst(response));
            _bytes += response.Bytes;
            while (_byUse.Count > limits.Count || _bytes > limits.Bytes)
            {
                Remove(_byUse.Last!);
            }
        }
    }

    public StoredResponse? Find(string id)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out var node))
            {
                return null;
            }
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value;
        }
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(string id)
    {
        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out var node))
            {
                return false;
            }
            Remove(node);
            return true;
        }
    }

    private void Remove(LinkedListNode<StoredResponse> node)
    {
        _byUse.Remove(node);
        _byId.Remove(node.Value.Id);
        _bytes -= node.Value.Bytes;
    }
}
