using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace MlxActors.Http.Metrics;

/// <summary>Names, labels and numbers as the Prometheus text format 0.0.4 has them.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>An instrument's name with its base unit, and <c>_total</c> when it counts.</summary>
    public static string NameOf(Instrument instrument, bool isCounter)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        var name = Sanitize(instrument.Name);
        return name + (name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit) + (isCounter ? "_total" : "");
    }

    /// <summary>Labels without the braces; empty when there are none.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(Sanitize(name)).Append("=\"")
                .Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal))
                .Append('"');
        }
        return text.ToString();
    }

    public static void WriteHead(StringBuilder text, string name, string kind, string? help)
    {
        if (!string.IsNullOrEmpty(help))
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help)).Append('\n');
        }
        text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
    }

    public static void WriteSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Sanitize(string name) => string.Create(name.Length, name, static (sanitized, name) =>
    {
        for (var index = 0; index < name.Length; index++)
        {
            sanitized[index] = char.IsAsciiLetter(name[index]) || (index > 0 && char.IsAsciiDigit(name[index])) ? name[index] : '_';
        }
    });
}
