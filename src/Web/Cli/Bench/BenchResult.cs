using MlxActors.Native.Metering;

namespace MlxActors.Web.Cli.Bench;

/// <summary>What a test gave.</summary>
/// <param name="Runs">Seconds of each run.</param>
/// <param name="Cost">What one run moves and computes.</param>
/// <param name="Operations">One run more, operation by operation; null when nobody asked.</param>
internal sealed record BenchResult(BenchTest Test, IReadOnlyList<double> Runs, OperationCost Cost, MeteredRun? Operations)
{
    public IReadOnlyList<double> TokensPerSecond => [.. Runs.Select(seconds => Test.AllTokens / seconds)];

    public double Mean => TokensPerSecond.Average();

    /// <summary>Of the runs as a sample; 0 of a single one.</summary>
    public double StandardDeviation => Runs.Count < 2
        ? 0
        : Math.Sqrt(TokensPerSecond.Sum(rate => (rate - Mean) * (rate - Mean)) / (Runs.Count - 1));

    /// <summary>Weights and cached keys and values, at the mean rate.</summary>
    public double BytesPerSecond => Cost.Streamed * Mean / Test.AllTokens;

    public double OperationsPerSecond => Cost.Operations * Mean / Test.AllTokens;
}

/// <summary>A run under the meter, which makes it a little slower.</summary>
/// <param name="Time">Of the run, with what lies between the operations.</param>
internal sealed record MeteredRun(TimeSpan Time, IReadOnlyList<MeteredOperation> Operations);
