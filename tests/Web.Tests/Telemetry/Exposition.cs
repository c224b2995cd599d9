using System.Globalization;
using System.Text;

namespace MlxActors.Web.Tests.Telemetry;

/// <summary>
/// A strict reader of the Prometheus text format 0.0.4: what it does not know it refuses. Families are whole and told once; a histogram's
/// buckets grow, end with +Inf, and agree with its count.
/// </summary>
internal sealed class Exposition
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, double> _samples = [];
    private readonly HashSet<string> _helped = [];
    private string? _family;

    private Exposition()
    {
    }

    /// <summary>Type by family.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>The value of one series, such as <c>requests_total{outcome="finished"}</c>, as it is written.</summary>
    public double this[string series] => _samples[series];

    public static Exposition Parse(string text)
    {
        var exposition = new Exposition();
        if (!text.EndsWith('\n'))
        {
            throw new FormatException("the last line has no end");
        }
        foreach (var line in text[..^1].Split('\n'))
        {
            exposition.Line(line);
        }
        exposition.CheckHistograms();
        return exposition;
    }

    public double? Find(string series) => _samples.TryGetValue(series, out var value) ? value : null;

    /// <summary>The sum of a metric's series that have all these labels, written <c>name="value"</c>.</summary>
    public double Sum(string metric, params string[] labels) => _samples
        .Where(sample => sample.Key.StartsWith(metric + "{", StringComparison.Ordinal) && labels.All(sample.Key.Contains))
        .Sum(sample => sample.Value);

    private void Line(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            var (name, help) = Cut(line["# HELP ".Length..]);
            Demand(IsName(name) && _helped.Add(name) && !_types.ContainsKey(name) && IsEscaped(help, quoted: false), line);
        }
        else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            var (name, type) = Cut(line["# TYPE ".Length..]);
            Demand(IsName(name) && type is "counter" or "gauge" or "histogram" && _types.TryAdd(name, type), line);
            _family = name;
        }
        else
        {
            Sample(line);
        }
    }

    private void Sample(string line)
    {
        var nameEnd = line.IndexOfAny(['{', ' ']);
        Demand(nameEnd > 0 && IsName(line[..nameEnd]), line);
        var end = line[nameEnd] == '{' ? Labels(line, nameEnd + 1) : nameEnd;
        Demand(line[end] == ' ' && BelongsToFamily(line[..nameEnd]) && _samples.TryAdd(line[..end], Number(line[(end + 1)..])), line);
    }

    /// <returns>The place after the closing brace.</returns>
    private static int Labels(string line, int start)
    {
        var names = new HashSet<string>();
        for (var place = start; ;)
        {
            var equals = line.IndexOf('=', place);
            Demand(equals > 0 && IsName(line[place..equals]) && !line[place..equals].Contains(':') && names.Add(line[place..equals]), line);
            Demand(line[equals + 1] == '"', line);
            var close = equals + 2;
            while (line[close] != '"')
            {
                close += line[close] == '\\' ? 2 : 1;
            }
            Demand(IsEscaped(line[(equals + 2)..close], quoted: true), line);
            if (line[close + 1] == '}')
            {
                return close + 2;
            }
            Demand(line[close + 1] == ',', line);
            place = close + 2;
        }
    }

    private bool BelongsToFamily(string name) => _family is not null && (_types[_family] == "histogram"
        ? name == $"{_family}_bucket" || name == $"{_family}_sum" || name == $"{_family}_count"
        : name == _family && (_types[_family] == "counter") == name.EndsWith("_total", StringComparison.Ordinal));

    private void CheckHistograms()
    {
        var buckets = _samples.Keys.Where(series => series.Contains("_bucket{", StringComparison.Ordinal)).GroupBy(SeriesOf);
        foreach (var series in buckets)
        {
            var steps = series.Select(bucket => (Bound: Number(Between(bucket, "le=\"", "\"")), Count: _samples[bucket])).ToArray();
            Demand(steps.Zip(steps.Skip(1)).All(pair => pair.First.Bound < pair.Second.Bound && pair.First.Count <= pair.Second.Count), series.Key);
            Demand(double.IsPositiveInfinity(steps[^1].Bound) && steps[^1].Count == _samples[series.Key], series.Key);
        }
        Demand(_types.Count(type => type.Value == "histogram") <= buckets.Count(), "a histogram without buckets");
    }

    /// <summary>The count of a bucket's histogram.</summary>
    private static string SeriesOf(string bucket)
    {
        var bound = bucket.LastIndexOf("le=\"", StringComparison.Ordinal);
        var rest = bucket[..bound].TrimEnd(',') + "}";
        return rest.Replace("_bucket{", "_count{", StringComparison.Ordinal).Replace("{}", "", StringComparison.Ordinal);
    }

    private static string Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return text[start..text.IndexOf(after, start, StringComparison.Ordinal)];
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture),
    };

    private static (string Name, string Text) Cut(string text) => (text[..text.IndexOf(' ')], text[(text.IndexOf(' ') + 1)..]);

    private static bool IsName(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(one => char.IsAsciiLetterOrDigit(one) || one is '_' or ':');

    private static bool IsEscaped(string text, bool quoted)
    {
        for (var place = 0; place < text.Length; place++)
        {
            if (text[place] == '\\' && (++place == text.Length || !(text[place] is '\\' or 'n' || (quoted && text[place] == '"'))))
            {
                return false;
            }
        }
        return true;
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds)
        {
            throw new FormatException(new StringBuilder("not in the format: ").Append(what).ToString());
        }
    }
}
