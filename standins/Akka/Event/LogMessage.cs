using System.Globalization;
using System.Text;

namespace Akka.Event;

public interface ILogMessageFormatter
{
    string Format(string format, params object[] args);

    string Format(string format, IEnumerable<object> args);
}

/// <summary>Fills holes by position (`{0}`) or, when they have names, in their order.</summary>
public sealed class SemanticLogMessageFormatter : ILogMessageFormatter
{
    public static readonly SemanticLogMessageFormatter Instance = new();

    private SemanticLogMessageFormatter()
    {
    }

    public string Format(string format, IEnumerable<object> args) => Format(format, args.ToArray());

    public string Format(string format, params object[] args)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var at = 0; at < format.Length;)
        {
            var close = format[at] == '{' ? format.IndexOf('}', at) : -1;
            if (close < 0 || (at + 1 < format.Length && format[at + 1] == '{'))
            {
                var escaped = at + 1 < format.Length && format[at] is '{' or '}' && format[at + 1] == format[at];
                text.Append(format[at]);
                at += escaped ? 2 : 1;
                continue;
            }

            var hole = format[(at + 1)..close];
            var colon = hole.IndexOf(':');
            var name = (colon < 0 ? hole : hole[..colon]).TrimStart('@');
            var index = int.TryParse(name, CultureInfo.InvariantCulture, out var position) ? position : next++;
            var pattern = colon < 0 ? "{0}" : $"{{0{hole[colon..]}}}";
            text.Append(index < args.Length ? string.Format(CultureInfo.InvariantCulture, pattern, args[index]) : format[at..(close + 1)]);
            at = close + 1;
        }

        return text.ToString();
    }
}

/// <summary>A format and its arguments; the text is made when a logger prints it.</summary>
public abstract class LogMessage
{
    protected readonly ILogMessageFormatter Formatter;

    public LogMessage(ILogMessageFormatter formatter, string format)
    {
        Formatter = formatter;
        Format = format;
    }

    public string Format { get; }

    public abstract string Unformatted();

    public abstract IEnumerable<object> Parameters();
}

internal sealed class ArrayLogMessage(ILogMessageFormatter formatter, string format, object[] args) : LogMessage(formatter, format)
{
    public override IEnumerable<object> Parameters() => args;

    public override string Unformatted() => string.Join(", ", args);

    public override string ToString() => Formatter.Format(Format, args);
}
