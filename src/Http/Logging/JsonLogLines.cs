using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MlxActors.Http.Logging;

/// <summary>
/// The log for programs: an object a line, with <c>timestamp</c>, <c>level</c>, <c>category</c>, <c>message</c>, <c>request_id</c> and
/// <c>exception</c> where there is one, and under <c>fields</c> what the message was made from.
/// </summary>
internal sealed class JsonLogLines(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "json-lines";

    private const string Template = "{OriginalFormat}";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("timestamp"u8, clock.GetUtcNow());
            json.WriteString("level"u8, entry.LogLevel.ToString().ToLowerInvariant());
            json.WriteString("category"u8, entry.Category);
            json.WriteString("message"u8, entry.Formatter(entry.State, entry.Exception));
            if (LogScope.RequestIdOf(scopeProvider) is { } id)
            {
                json.WriteString("request_id"u8, id);
            }
            if (entry.Exception is { } cause)
            {
                json.WriteString("exception"u8, cause.ToString());
            }
            WriteFields(json, entry.State as IReadOnlyList<KeyValuePair<string, object?>> ?? []);
            json.WriteEndObject();
        }
        textWriter.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        json.WriteStartObject("fields"u8);
        foreach (var (name, value) in fields.Where(field => field.Key != Template).DistinctBy(field => field.Key))
        {
            json.WritePropertyName(JsonNamingPolicy.SnakeCaseLower.ConvertName(name));
            switch (value)
            {
                case int number:
                    json.WriteNumberValue(number);
                    break;
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumberValue(number);
                    break;
                default:
                    json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }
        json.WriteEndObject();
    }
}
