using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text;

namespace MlxActors.Http.Metrics;

/// <summary>
/// Listens to this server's instruments, the framework's for its HTTP side, and a few of the runtime, and writes them as Prometheus reads
/// them. OpenTelemetry's own exporter for this exists as a prerelease only.
/// </summary>
internal sealed class MetricStore : IDisposable
{
    private static readonly FrozenSet<string> HttpInstruments = FrozenSet.Create("http.server.request.duration", "http.server.active_requests");

    private static readonly FrozenSet<string> RuntimeInstruments = FrozenSet.Create(
        "dotnet.process.memory.working_set",
        "dotnet.process.cpu.time",
        "dotnet.gc.collections",
        "dotnet.gc.last_collection.heap.size",
        "dotnet.gc.pause.time");

    private readonly MeterListener _listener = new();
    private readonly Meter _own;
    private readonly IMeterFactory _http;
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Lock _scraping = new();

    /// <param name="own">The server's meter.</param>
    /// <param name="http">What the framework makes the meters of this server's HTTP side with.</param>
    public MetricStore(Meter own, IMeterFactory http)
    {
        (_own, _http) = (own, http);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsWanted(instrument))
            {
                var family = MetricFamily.Of(instrument);
                lock (_gate)
                {
                    _families[family.Name] = family;
                }
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
        var version = typeof(MetricStore).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        own.CreateObservableGauge(
            "mlxactors.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null, "What runs");
    }

    public string Scrape()
    {
        lock (_scraping)
        {
            MetricFamily[] families;
            lock (_gate)
            {
                families = [.. _families.Values];
            }
            foreach (var family in families)
            {
                family.ForgetObserved();
            }
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var family in families)
            {
                family.Write(text);
            }
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private bool IsWanted(Instrument instrument) =>
        ReferenceEquals(instrument.Meter, _own)
        || (ReferenceEquals(instrument.Meter.Scope, _http) && HttpInstruments.Contains(instrument.Name))
        || (instrument.Meter.Name == "System.Runtime" && RuntimeInstruments.Contains(instrument.Name));
}
