using System.Diagnostics;
using System.Globalization;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Native.Cpu;

namespace MlxActors.Benchmarks.Passes;

/// <summary>
/// <c>passes &lt;folder&gt; [tokens]</c>: what a checkpoint costs that may lack a tokenizer, such as a synthetic one: time and memory of
/// loading it, of a prompt, and of tokens of a reply.
/// </summary>
internal static class PassesCommand
{
    public const string Name = "passes";

    private const int DefaultPromptTokens = 128;
    private const int PrefillChunk = 256;
    private const int ReplyTokens = 12;
    private const string StatusFile = "/proc/self/status";

    private static readonly string[] Figures = ["VmHWM", "Rss"];

    /// <returns>The process's exit code.</returns>
    public static int Run(string[] arguments)
    {
        if (arguments is not [var folder, .. { Length: < 2 } rest]
            || !int.TryParse(rest.FirstOrDefault() ?? $"{DefaultPromptTokens}", CultureInfo.InvariantCulture, out var tokens))
        {
            Console.Error.WriteLine($"usage: {Name} <checkpoint folder> [<tokens of the prompt>]");
            return 2;
        }
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Fast, Environment.ProcessorCount));
        PrintMemory("before loading");
        using var model = Timed("load", () => ModelLoader.LoadModel(folder, backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidOperationException(error.Message)));
        PrintMemory("loaded");
        Reply(model, backend, tokens);
        return 0;
    }

    private static void Reply(IModel model, CpuBackend backend, int tokens)
    {
        using var cache = model.NewCache();
        var batch = new Batch(model.Info.ImagesAttendBothWays);
        int[] prompt = [.. Enumerable.Range(0, tokens).Select(i => (1000 + 37 * i) % model.Info.VocabSize)];
        // Made once, so that what a token allocates is what its pass allocates.
        int[] last = [0];
        Func<int> decode = () => Step(cache, last);
        last[0] = Timed($"prefill {tokens} tokens, weights read for the first time", () => Prefill(cache, prompt));
        for (var i = 0; i < ReplyTokens; i++)
        {
            last[0] = Timed("decode a token", decode);
        }
        PrintMemory("after a reply");
        Console.WriteLine($"of it keys and values: {cache.Bytes / 1000:N0} kB");
        using var second = model.NewCache();
        Timed($"prefill {tokens} tokens", () => Prefill(second, prompt));

        int Prefill(SequenceCache into, int[] all)
        {
            var next = 0;
            foreach (var chunk in all.Chunk(PrefillChunk))
            {
                next = Step(into, chunk);
            }
            return next;
        }

        int Step(SequenceCache into, int[] some)
        {
            using var scope = backend.BeginScope();
            batch.Clear();
            batch.Add(into, some, [], LogitRows.Last);
            return System.Numerics.Tensors.TensorPrimitives.IndexOfMax(backend.View(model.Forward(batch)!.Value));
        }
    }

    /// <summary>Processor time is that of all together: on a machine that others use too, it says more than the clock.</summary>
    private static T Timed<T>(string what, Func<T> run)
    {
        var (clock, used, allocated) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());
        var result = run();
        var (elapsed, processors) = (clock.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {elapsed:F1} ms, {processors:F1} ms of processors, {allocated} managed bytes"));
        return result;
    }

    /// <summary>What is resident: mapped weights count as file, and can be given back at any time.</summary>
    private static void PrintMemory(string when)
    {
        var lines = File.Exists(StatusFile)
            ? File.ReadLines(StatusFile).Where(line => Figures.Any(figure => line.StartsWith(figure, StringComparison.Ordinal)))
            : [$"working set {Environment.WorkingSet:N0} bytes"];
        Console.WriteLine($"{when}: {string.Join(", ", lines.Select(line => line.Replace('\t', ' ')))}");
    }
}
