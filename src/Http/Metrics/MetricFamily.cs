using System.Diagnostics.Metrics;
using System.Text;

namespace MlxActors.Http.Metrics;

/// <summary>All series of one instrument. Thread-safe.</summary>
internal abstract class MetricFamily(Instrument instrument, string kind)
{
    public string Name { get; } = PrometheusText.NameOf(instrument, kind == "counter");

    protected Lock Gate { get; } = new();

    public static MetricFamily Of(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => new HistogramFamily(instrument, histogram.Advice?.HistogramBucketBoundaries ?? []),
        Histogram<int> histogram => new HistogramFamily(instrument, (histogram.Advice?.HistogramBucketBoundaries ?? []).Select(bound => (double)bound)),
        Counter<long> or Counter<double> => new NumberFamily(instrument, "counter", isSum: true),
        ObservableCounter<long> or ObservableCounter<double> => new NumberFamily(instrument, "counter", isSum: false),
        UpDownCounter<long> or UpDownCounter<int> => new NumberFamily(instrument, "gauge", isSum: true),
        _ => new NumberFamily(instrument, "gauge", isSum: false),
    };

    public abstract void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    /// <summary>Before an instrument that is asked tells its series anew: those that are gone must not stay.</summary>
    public void ForgetObserved()
    {
        if (instrument.IsObservable)
        {
            lock (Gate)
            {
                Clear();
            }
        }
    }

    public void Write(StringBuilder text)
    {
        lock (Gate)
        {
            if (!IsEmpty)
            {
                PrometheusText.WriteHead(text, Name, kind, instrument.Description);
                WriteSeries(text);
            }
        }
    }

    protected abstract bool IsEmpty { get; }

    protected abstract void Clear();

    protected abstract void WriteSeries(StringBuilder text);
}

/// <summary>Counters and gauges: a number a series.</summary>
/// <param name="isSum">Whether measurements are added to what is there, or take its place.</param>
internal sealed class NumberFamily(Instrument instrument, string kind, bool isSum) : MetricFamily(instrument, kind)
{
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);

    protected override bool IsEmpty => _series.Count == 0;

    public override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        lock (Gate)
        {
            _series[labels] = isSum ? _series.GetValueOrDefault(labels) + value : value;
        }
    }

    protected override void Clear() => _series.Clear();

    protected override void WriteSeries(StringBuilder text)
    {
        foreach (var (labels, value) in _series.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            PrometheusText.WriteSample(text, Name, labels, value);
        }
    }
}

/// <summary>Histograms: cumulative counts up to each bound, sum and count.</summary>
internal sealed class HistogramFamily(Instrument instrument, IEnumerable<double> bounds) : MetricFamily(instrument, "histogram")
{
    private readonly double[] _bounds = [.. bounds.Order(), double.PositiveInfinity];
    private readonly Dictionary<string, (long[] Counts, double Sum)> _series = new(StringComparer.Ordinal);

    protected override bool IsEmpty => _series.Count == 0;

    public override void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        var place = Array.FindIndex(_bounds, bound => value <= bound);
        lock (Gate)
        {
            var (counts, sum) = _series.TryGetValue(labels, out var known) ? known : (new long[_bounds.Length], 0);
            counts[place]++;
            _series[labels] = (counts, sum + value);
        }
    }

    protected override void Clear() => _series.Clear();

    protected override void WriteSeries(StringBuilder text)
    {
        foreach (var (labels, (counts, sum)) in _series.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            var (total, separator) = (0L, labels.Length == 0 ? "" : ",");
            for (var index = 0; index < counts.Length; index++)
            {
                total += counts[index];
                var bucket = $"{labels}{separator}le=\"{PrometheusText.Number(_bounds[index])}\"";
                PrometheusText.WriteSample(text, $"{Name}_bucket", bucket, total);
            }
            PrometheusText.WriteSample(text, $"{Name}_sum", labels, sum);
            PrometheusText.WriteSample(text, $"{Name}_count", labels, total);
        }
    }
}
