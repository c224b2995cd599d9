using System.Globalization;
using MlxActors.Native.Cpu;
using MlxActors.Native.Cpu.Limits;
using MlxActors.Native.Metering;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Cli.Bench;

/// <summary>What was measured, and on what.</summary>
/// <param name="Bytes">Of the checkpoint's files.</param>
/// <param name="Backend">What computed.</param>
/// <param name="Threads">Null where no processor computed.</param>
/// <param name="Machine">What the machine can do at most; null where no processor computed.</param>
/// <param name="Chunk">Tokens of a prompt that one pass reads.</param>
internal sealed record BenchReport(
    string Model,
    string Folder,
    long Bytes,
    string Backend,
    CpuMode Mode,
    int? Threads,
    int Chunk,
    MachineLimits? Machine,
    IReadOnlyList<BenchResult> Results)
{
    private const double Giga = 1e9;

    /// <summary>Tables in markdown.</summary>
    public IEnumerable<string> Lines() =>
    [
        .. Heading(),
        "",
        "| model | size | backend | threads | test | tokens/s | reached | of the machine's |",
        "|---|---:|---|---:|---|---:|---:|---:|",
        .. Results.Select(Row),
        .. Results.SelectMany(result => result.Operations is { } run ? Operations(result.Test, run) : []),
    ];

    /// <summary>The same for scripts.</summary>
    public object ToJson() => new
    {
        Model,
        Folder,
        Bytes,
        Backend,
        Threads,
        PrefillChunk = Chunk,
        Machine,
        Tests = Results.Select(result => new
        {
            result.Test.Name,
            Kind = result.Test is BenchTest.Prefill ? "prefill" : "decode",
            result.Test.Tokens,
            result.Test.Depth,
            result.Test.Batch,
            TokensPerSecond = new { result.Mean, result.StandardDeviation, Runs = result.TokensPerSecond },
            BytesPerToken = result.Cost.Streamed / result.Test.AllTokens,
            OperationsPerToken = result.Cost.Operations / result.Test.AllTokens,
            result.BytesPerSecond,
            result.OperationsPerSecond,
            ShareOfLimit = Share(result),
            Operations = result.Operations?.Operations.Select(operation => new
            {
                operation.Name,
                operation.Shape,
                operation.Calls,
                Milliseconds = operation.Time.TotalMilliseconds,
                Share = operation.Time / result.Operations.Time,
                Bytes = BytesOf(operation.Cost),
                operation.Cost.Operations,
            }),
        }),
    };

    private IEnumerable<string> Heading()
    {
        var runs = Results[0].Runs.Count;
        yield return $"Prompts are read {Chunk} tokens at a time. Rates are the mean ± standard deviation of "
            + $"{Plural(runs, "run")} behind a warm-up.";
        if (Machine is { } machine)
        {
            yield return Text($"This machine, with {Plural(Threads ?? 1, "thread")}: reads {machine.ReadBytesPerSecond / Giga:f1} GB/s, ")
                + Text($"{machine.ByteOperationsPerSecond / Giga:f0} GOP/s in 8-bit integers, ")
                + Text($"{machine.FloatOperationsPerSecond / Giga:f0} GFLOP/s.");
        }
        yield return "Decode reads the weights and what is cached once a step (GB/s); "
            + "a prompt multiplies with all weights for each token (GOP/s).";
    }

    private static string Plural(int count, string word) => $"{count} {word}{(count == 1 ? "" : "s")}";

    private string Row(BenchResult result)
    {
        var reached = result.Test is BenchTest.Prefill
            ? Text($"{result.OperationsPerSecond / Giga:f1} GOP/s")
            : Text($"{result.BytesPerSecond / Giga:f1} GB/s");
        var share = Share(result) is { } part ? Text($"{100 * part:f0} %") : "";
        return Text($"| {Model} | {ByteText.Of(Bytes)} | {Backend} | {Threads} | {result.Test.Name} ")
            + Text($"| {result.Mean:f2} ± {result.StandardDeviation:f2} | {reached} | {share} |");
    }

    // The limit is that of what bounds the test: memory, or the arithmetic of the mode.
    private double? Share(BenchResult result) => Machine is null ? null : result.Test switch
    {
        BenchTest.Decode => result.BytesPerSecond / Machine.ReadBytesPerSecond,
        _ => result.OperationsPerSecond / (Mode == CpuMode.Fast ? Machine.ByteOperationsPerSecond : Machine.FloatOperationsPerSecond),
    };

    private static IEnumerable<string> Operations(BenchTest test, MeteredRun run)
    {
        var between = run.Time - run.Operations.Aggregate(TimeSpan.Zero, (sum, operation) => sum + operation.Time);
        return
        [
            "",
            Text($"{test.Name}, operation by operation: {run.Time.TotalMilliseconds:f1} ms under the meter"),
            "",
            "| operation | shape | calls | ms | share | GB/s | GOP/s |",
            "|---|---|---:|---:|---:|---:|---:|",
            .. run.Operations.Select(operation => Row(operation, run.Time)),
            Text($"| between them | | | {between.TotalMilliseconds:f2} | {100 * (between / run.Time):f1} % | | |"),
        ];
    }

    private static string Row(MeteredOperation operation, TimeSpan all)
    {
        var (seconds, cost) = (operation.Time.TotalSeconds, operation.Cost);
        var operations = cost.Operations == 0 ? "" : Text($"{cost.Operations / seconds / Giga:f1}");
        return Text($"| {operation.Name} | {operation.Shape} | {operation.Calls} | {operation.Time.TotalMilliseconds:f2} ")
            + Text($"| {100 * (operation.Time / all):f1} % | {BytesOf(cost) / seconds / Giga:f1} | {operations} |");
    }

    private static long BytesOf(OperationCost cost) => cost.Streamed + cost.Activations;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
