using System.Diagnostics;
using System.Globalization;
using MlxActors.Models;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Cpu;

namespace MlxActors.Benchmarks.Encode;

/// <summary><c>encode &lt;tower&gt;…</c>: how long towers of published models take for a picture or a clip, with random weights.</summary>
internal static class EncodeCommand
{
    public const string Name = "encode";

    private const int Runs = 3;

    private static readonly Dictionary<string, Func<Tower>> Towers = new(StringComparer.Ordinal)
    {
        ["mobilenetv5"] = () => MobileNetV5.Tower,
        ["siglip"] = () => Siglip.Tower,
        ["usm"] = () => Usm.Tower,
        ["qwen3vl"] = () => Qwen3Vl.Tower,
    };

    /// <returns>The process's exit code.</returns>
    public static int Run(string[] arguments)
    {
        var steps = arguments is [.., "--steps"];
        var names = steps ? arguments[..^1] : arguments;
        if (names.Length == 0 || !names.All(Towers.ContainsKey))
        {
            Console.Error.WriteLine($"usage: {Name} <{string.Join("|", Towers.Keys)}>… [--steps]");
            return 2;
        }
        foreach (var name in names)
        {
            Measure(name, Towers[name](), steps);
        }
        return 0;
    }

    private static void Measure(string name, Tower tower, bool steps)
    {
        var folder = Directory.CreateTempSubdirectory("encode");
        try
        {
            tower.Blueprint.Write(folder.FullName);
            using var backend = new CpuBackend(new CpuOptions(CpuMode.Fast, Environment.ProcessorCount));
            var checkpoint = Checkpoint.Open(folder.FullName)
                .Match(opened => opened, error => throw new InvalidOperationException($"{error}"));
            using var source = new WeightSource(checkpoint, QuantizationConfig.None, backend);
            var encode = tower.Open(source);
            source.RejectRest();
            encode(null);
            var runs = Enumerable.Range(0, Runs).Select(_ => Time(() => encode(null))).ToArray();
            var (wall, processor) = (runs.Select(run => run.Wall).Order().ToArray(), runs.Min(run => run.Processor));
            Print($"| {name}, {tower.Input} | {wall[Runs / 2]:F2} s | {wall[0]:F2} s | {processor:F2} s | {backend.Description} |");
            if (steps)
            {
                PrintSteps(encode);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The time up to each state that the tower shows, since the one before.</summary>
    private static void PrintSteps(Action<Models.Trace?> encode)
    {
        var last = Stopwatch.GetTimestamp();
        encode((state, value) =>
        {
            Print($"| {state} {value.Shape} | {Stopwatch.GetElapsedTime(last).TotalMilliseconds:F1} ms |");
            last = Stopwatch.GetTimestamp();
        });
    }

    /// <summary>Seconds on the clock, and of all processors together: on a machine that others use too, the second says more.</summary>
    private static (double Wall, double Processor) Time(Action action)
    {
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        action();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
