using System.Diagnostics.Metrics;

namespace MlxActors.Actors.Hosting;

/// <summary>Upper bounds of histograms, in the habit of other servers of this kind, so that their dashboards and eyes fit.</summary>
internal static class Buckets
{
    /// <summary>Seconds, from an answer out of a cache to a large model's load.</summary>
    public static InstrumentAdvice<double> Waits { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640],
    };

    /// <summary>Seconds for one token.</summary>
    public static InstrumentAdvice<double> PerToken { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
    };

    public static InstrumentAdvice<int> Sizes { get; } = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] };
}
