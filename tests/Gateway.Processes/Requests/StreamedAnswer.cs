using System.Text;
using System.Text.Json;

namespace MlxActors.Gateway.Processes.Requests;

/// <summary>A streamed answer line by line; anything that is not of one answer, or behind its end, shows in <see cref="End"/>.</summary>
internal sealed class StreamedAnswer(Action onText)
{
    private const string Data = "data: ";
    private const string Done = "[DONE]";

    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _ids = [];
    private int _beginnings;
    private int _finishes;
    private JsonElement? _usage;
    private Ending? _error;
    private bool _isDone;
    private string? _wrong;

    public void Add(string line)
    {
        // Blank lines end events, comments tell what is waited for.
        if (line.Length == 0 || line[0] == ':')
        {
            return;
        }
        if (!line.StartsWith(Data, StringComparison.Ordinal) || _isDone)
        {
            _wrong ??= line;
        }
        else if (line[Data.Length..] is Done)
        {
            _isDone = true;
        }
        else
        {
            Add(JsonElement.Parse(line.AsSpan(Data.Length)));
        }
    }

    public Ending End() =>
        _wrong is not null ? new Ending.Broken($"unexpected: {_wrong}")
        : _error is not null ? _error
        : _isDone && _ids.Count == 1 && _beginnings == 1 && _finishes == 1 && _usage is { } usage ? ChatClient.Answer(_text.ToString(), usage)
        : new Ending.Broken($"cut off, or of several pieces: {_ids.Count} ids, {_beginnings} beginnings, {_finishes} ends, done: {_isDone}; {_text}");

    private void Add(JsonElement data)
    {
        if (_error is not null)
        {
            _wrong ??= $"behind an error: {data}";
            return;
        }
        if (data.TryGetProperty("error", out _))
        {
            _error = ChatClient.ErrorOf(200, data);
            return;
        }
        _ids.Add(data.GetProperty("id").GetString()!);
        if (data.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            _usage = usage;
        }
        foreach (var choice in data.GetProperty("choices").EnumerateArray())
        {
            Add(choice.GetProperty("delta"), choice.GetProperty("finish_reason"));
        }
    }

    private void Add(JsonElement delta, JsonElement finishReason)
    {
        _beginnings += delta.TryGetProperty("role", out _) ? 1 : 0;
        _finishes += finishReason.ValueKind == JsonValueKind.String ? 1 : 0;
        if (delta.TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 } text)
        {
            if (_text.Length == 0)
            {
                onText();
            }
            _text.Append(text);
        }
    }
}
