using System.Diagnostics;
using System.Globalization;
using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;

namespace MlxActors.Benchmarks.Passes;

/// <summary>
/// <c>passes &lt;folder&gt;</c>: what a checkpoint without a tokenizer costs, such as a synthetic one: memory of loading it, a prefill, tokens
/// of a reply, and one medium of each kind that Gemma 3n takes.
/// </summary>
internal static class PassesCommand
{
    public const string Name = "passes";

    private const int PromptTokens = 128;
    private const int ReplyTokens = 8;
    private const int ImageSide = 768;
    private const int ClipFrames = 2997;
    private const int MelBins = 128;
    private const string StatusFile = "/proc/self/status";

    /// <returns>The process's exit code.</returns>
    public static int Run(string[] arguments)
    {
        if (arguments is not [var folder])
        {
            Console.Error.WriteLine($"usage: {Name} <checkpoint folder>");
            return 2;
        }
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Fast, Environment.ProcessorCount));
        PrintMemory("before loading");
        using var model = Timed("load", () => ModelLoader.LoadModel(folder, backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidOperationException(error.Message)));
        PrintMemory("loaded");
        Reply(model, backend);
        PrintMemory("after a reply");
        if (model.Info.Family == "gemma3n" && model.Info.Capabilities.HasFlag(Capabilities.Vision))
        {
            var pixels = new PixelValues(new float[3 * ImageSide * ImageSide], 3, ImageSide, ImageSide);
            Timed("encode an image", () => model.Encode(pixels)).Dispose();
            Timed("encode it again", () => model.Encode(pixels)).Dispose();
        }
        if (model.Info.Family == "gemma3n" && model.Info.Capabilities.HasFlag(Capabilities.Audio))
        {
            var clip = new MelFrames(new float[ClipFrames * MelBins], ClipFrames, MelBins, ClipFrames);
            Timed("encode a clip of 30 seconds", () => model.Encode(clip)).Dispose();
            Timed("encode it again", () => model.Encode(clip)).Dispose();
        }
        PrintMemory("after media");
        return 0;
    }

    private static void Reply(IModel model, CpuBackend backend)
    {
        using var cache = model.NewCache();
        var batch = new Batch(model.Info.ImagesAttendBothWays);
        int[] prompt = [.. Enumerable.Range(0, PromptTokens).Select(i => 1000 + 37 * i)];
        var token = Timed($"prefill {PromptTokens} tokens, weights read for the first time", () => Next(prompt));
        for (var i = 0; i < ReplyTokens; i++)
        {
            token = Timed("decode a token", () => Next([token]));
        }
        using var second = model.NewCache();
        Timed($"prefill {PromptTokens} tokens", () => Step(second, prompt));

        int Next(int[] tokens) => Step(cache, tokens);

        int Step(Models.Caches.SequenceCache into, int[] tokens)
        {
            using var scope = backend.BeginScope();
            batch.Clear();
            batch.Add(into, tokens, [], LogitRows.Last);
            return System.Numerics.Tensors.TensorPrimitives.IndexOfMax(backend.View(model.Forward(batch)!.Value));
        }
    }

    private static T Timed<T>(string what, Func<T> run)
    {
        var clock = Stopwatch.StartNew();
        var result = run();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {clock.Elapsed.TotalMilliseconds:F1} ms"));
        return result;
    }

    /// <summary>What is resident: mapped weights count as file, and can be given back at any time.</summary>
    private static void PrintMemory(string when)
    {
        var lines = File.Exists(StatusFile)
            ? File.ReadLines(StatusFile).Where(line => line.StartsWith("VmHWM", StringComparison.Ordinal) || line.StartsWith("Rss", StringComparison.Ordinal))
            : [$"working set {Environment.WorkingSet:N0} bytes"];
        Console.WriteLine($"{when}: {string.Join(", ", lines.Select(line => line.Replace('\t', ' ')))}");
    }
}
