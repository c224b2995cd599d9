using System.Diagnostics;
using System.Globalization;
using MlxActors.Native.Cpu;
using MlxActors.Native.Cpu.Limits;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Kernels;

/// <summary>
/// Products with Gemma-3-4B's matrices on every path of this machine, beside the machine's limits measured in the same run, as markdown.
/// </summary>
internal static class KernelReport
{
    private const int PrefillRows = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private static readonly (int N, int K)[] Shapes = [(10240, 2560), (2560, 10240), (262144, 2560)];

    public static void Print(TextWriter output)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var threads = Environment.ProcessorCount;
        InstructionSet[] sets = [.. Enum.GetValues<InstructionSet>().Except([InstructionSet.Scalar]).Where(CpuBackend.IsAvailable)];
        output.WriteLine($"{threads} threads; the head has {Shapes[^1].N} rows; medians of runs over matrices that no cache holds");
        output.WriteLine();
        output.WriteLine("| limits | read GB/s | float GFLOP/s | int8 GOP/s |");
        output.WriteLine("|---|---|---|---|");
        foreach (var set in sets)
        {
            var limits = MachineLimits.Measure(new CpuOptions(CpuMode.Fast, threads, set));
            output.WriteLine($"| {set} | {limits.ReadBytesPerSecond / 1e9:f1} | {limits.FloatOperationsPerSecond / 1e9:f0} "
                + $"| {limits.ByteOperationsPerSecond / 1e9:f0} |");
        }
        output.WriteLine();
        output.WriteLine("| path | N × K | 1 row GB/s | 4 rows GB/s | 8 rows GB/s | 8 rows GOP/s | 512 rows GOP/s |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        using var weights = new SyntheticWeights((long)Shapes[^1].N * Shapes[^1].K);
        foreach (var mode in new[] { CpuMode.Fast, CpuMode.Exact })
        {
            foreach (var set in sets)
            {
                using var backend = new CpuBackend(new CpuOptions(mode, threads, set));
                foreach (var (n, k) in Shapes)
                {
                    Row(output, backend, weights, $"{set} {mode}", n, k);
                }
            }
        }
    }

    private static void Row(TextWriter output, CpuBackend backend, SyntheticWeights weights, string path, int n, int k)
    {
        var matrices = weights.Matrices(backend, n, k);
        var bytes = SyntheticWeights.Bytes(n, k);
        var seconds = new[] { 1, 4, 8 }.Select(rows => Seconds(backend, matrices, rows, k)).ToArray();
        // Only the last row of a prompt meets the head.
        var prefill = n == Shapes[^1].N ? "-" : $"{2.0 * n * k * PrefillRows / Seconds(backend, matrices, PrefillRows, k) / 1e9:f0}";
        output.WriteLine($"| {path} | {n} × {k} | {bytes / seconds[0] / 1e9:f1} "
            + $"| {bytes / seconds[1] / 1e9:f1} | {bytes / seconds[2] / 1e9:f1} "
            + $"| {2.0 * n * k * 8 / seconds[2] / 1e9:f0} | {prefill} |");
    }

    /// <summary>The median time of one product.</summary>
    private static double Seconds(CpuBackend backend, Weight[] matrices, int rows, int k)
    {
        using var scope = backend.BeginScope();
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, rows * k).Select(_ => (float)random.NextDouble() - 0.5f)];
        var x = backend.FromFloats(values, new Shape(rows, k));
        var times = new List<double>();
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; times.Count < 3 || Stopwatch.GetElapsedTime(begin) < Patience; i++)
        {
            using var step = backend.BeginScope();
            var start = Stopwatch.GetTimestamp();
            backend.Linear(x, matrices[i % matrices.Length]);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }
}
