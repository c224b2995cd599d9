using System.Collections.Immutable;
using System.Text.Json;

namespace MlxActors.Web.Tests.Serving;

internal sealed record StreamedCall(string Id, string Type, string Name, string Arguments);

/// <summary>What an answer carries, whole or put together from its chunks as clients do it.</summary>
internal sealed record StreamedAnswer(string? Content, ImmutableArray<StreamedCall> Calls, string? FinishReason)
{
    public static StreamedAnswer OfWhole(JsonElement completion)
    {
        var choice = completion.GetProperty("choices")[0];
        var message = choice.GetProperty("message");
        var calls = message.TryGetProperty("tool_calls", out var list) ? list.EnumerateArray().Select(Call) : [];
        return new StreamedAnswer(message.GetProperty("content").GetString(), [.. calls], choice.GetProperty("finish_reason").GetString());
    }

    public static StreamedAnswer Of(IEnumerable<string> events) => events
        .Where(data => data != "[DONE]")
        .Select(data => JsonElement.Parse(data).GetProperty("choices"))
        .Where(choices => choices.GetArrayLength() > 0)
        .Aggregate(new StreamedAnswer(null, [], null), (answer, choices) => answer.With(choices[0]));

    /// <summary>For answers to two requests, whose calls have ids of their own.</summary>
    public StreamedAnswer WithoutIds => this with { Calls = [.. Calls.Select(call => call with { Id = "" })] };

    public bool Equals(StreamedAnswer? other) =>
        other is not null && (Content, FinishReason) == (other.Content, other.FinishReason) && Calls.SequenceEqual(other.Calls);

    public override int GetHashCode() => HashCode.Combine(Content, Calls.Length, FinishReason);

    private static StreamedCall Call(JsonElement call) => new(
        call.GetProperty("id").GetString()!,
        call.GetProperty("type").GetString()!,
        call.GetProperty("function").GetProperty("name").GetString()!,
        call.GetProperty("function").GetProperty("arguments").GetString()!);

    private StreamedAnswer With(JsonElement choice)
    {
        var delta = choice.GetProperty("delta");
        var content = delta.TryGetProperty("content", out var text) ? text.GetString() : null;
        var calls = delta.TryGetProperty("tool_calls", out var list) ? list.EnumerateArray() : default;
        return new StreamedAnswer(
            content is null ? Content : Content + content,
            calls.Aggregate(Calls, With),
            choice.GetProperty("finish_reason").GetString() ?? FinishReason);
    }

    // The first delta of a call has all but the arguments, which those after it add to.
    private static ImmutableArray<StreamedCall> With(ImmutableArray<StreamedCall> calls, JsonElement delta)
    {
        var index = delta.GetProperty("index").GetInt32();
        return index == calls.Length
            ? calls.Add(Call(delta))
            : calls.SetItem(index, calls[index] with
            {
                Arguments = calls[index].Arguments + delta.GetProperty("function").GetProperty("arguments").GetString(),
            });
    }
}
