using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace MlxActors.Models.Chat;

/// <summary>
/// Reads calls written as Qwen's template shows them: a JSON object between <c>&lt;tool_call&gt;</c> and <c>&lt;/tool_call&gt;</c>.
/// A tag within a JSON string is part of the string; a missing closing tag is made up for.
/// </summary>
public sealed class ToolCallTagParser(ImmutableArray<ToolDefinition> tools, bool single) : CallParser(single)
{
    private const string OpeningTag = "<tool_call>";
    private const string ClosingTag = "</tool_call>";

    private readonly OpeningMark _mark = new(OpeningTag);
    private readonly StringBuilder _body = new();
    private string? _opening;
    private bool _isInString;
    private bool _isEscaped;

    protected override void Read(char c)
    {
        if (_opening is null)
        {
            _opening = _mark.Read(c, out var text);
            Emit(text);
            return;
        }
        _body.Append(c);
        FollowString(c);
        if (c != '>' || _isInString)
        {
            return;
        }
        if (EndsWith(ClosingTag))
        {
            Close(ClosingTag);
        }
        else if (EndsWith(OpeningTag))
        {
            Close(OpeningTag);
            _opening = OpeningTag;
        }
    }

    protected override void End()
    {
        if (_opening is not null)
        {
            Close("");
        }
        Emit(_mark.End());
    }

    // JSON strings do not go over lines: a quote too many is forgotten at the next.
    private void FollowString(char c)
    {
        (_isInString, _isEscaped) = (_isEscaped, c) switch
        {
            (_, '\n') => (false, false),
            (true, _) => (_isInString, false),
            (false, '"') => (!_isInString, false),
            (false, '\\') => (_isInString, _isInString),
            _ => (_isInString, false),
        };
    }

    /// <summary>Decides what stands before the tag that has come.</summary>
    private void Close(string tag)
    {
        var body = _body.ToString(0, _body.Length - tag.Length);
        if (Call(body) is { } call)
        {
            Emit(call);
            _mark.BeginBehindCall();
        }
        else
        {
            Emit(_opening + body + (tag == OpeningTag ? "" : tag));
        }
        (_opening, _isInString, _isEscaped) = (null, false, false);
        _body.Clear();
    }

    private bool EndsWith(string tag)
    {
        for (var i = 0; i < tag.Length; i++)
        {
            if (_body.Length < tag.Length || _body[_body.Length - tag.Length + i] != tag[i])
            {
                return false;
            }
        }
        return true;
    }

    private ParsedCall? Call(string body)
    {
        try
        {
            var call = JsonElement.Parse(body);
            return call.ValueKind == JsonValueKind.Object
                && Member(call, "name") is { ValueKind: JsonValueKind.String } name
                && tools.Any(tool => name.ValueEquals(tool.Name))
                && Arguments(Member(call, "arguments") ?? Member(call, "parameters")) is { } arguments
                    ? new ParsedCall(name.GetString()!, arguments)
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that holds half of a surrogate pair as an escape.
            return null;
        }
    }

    /// <summary>As the model wrote them, so that the call reads the same in the next prompt; null when they are no object.</summary>
    private static string? Arguments(JsonElement? arguments) => arguments switch
    {
        null or { ValueKind: JsonValueKind.Null } => "{}",
        { ValueKind: JsonValueKind.Object } value => value.GetRawText(),
        { ValueKind: JsonValueKind.String } value when value.GetString() is { } text =>
            JsonElement.Parse(text).ValueKind == JsonValueKind.Object ? text : null,
        _ => null,
    };

    private static JsonElement? Member(JsonElement call, string name) => call.TryGetProperty(name, out var member) ? member : null;
}
