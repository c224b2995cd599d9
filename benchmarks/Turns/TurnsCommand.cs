using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Turns;

/// <summary>
/// <c>turns &lt;folder&gt;</c>: time to the first token for the turns of a growing conversation, with what was read before kept and not; and,
/// where the checkpoint has a tokenizer, what a recorded conversation of a coding assistant finds kept.
/// </summary>
internal static class TurnsCommand
{
    public const string Name = "turns";

    private const int Turns = 6;
    private const int LongestPrompt = 4000;
    private const int ReplyTokens = 16;
    private const int PrefillChunk = 256;
    private const long Budget = 8L << 30;

    /// <param name="arguments">A checkpoint's folder, which may lack a tokenizer; and, if wanted, the tokens of the longest prompt.</param>
    public static int Run(string[] arguments)
    {
        if (arguments is not [var folder, .. { Length: < 2 } rest]
            || !int.TryParse(rest.FirstOrDefault() ?? $"{LongestPrompt}", CultureInfo.InvariantCulture, out var longest))
        {
            Console.Error.WriteLine($"usage: {Name} <checkpoint folder> [<tokens of the longest prompt>]");
            return 2;
        }
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Fast, Environment.ProcessorCount));
        if (File.Exists(Path.Combine(folder, "tokenizer.json")))
        {
            using var model = Required(ModelLoader.Load(folder, backend, CancellationToken.None));
            PrintGrowth(model.Model, backend, longest);
            RecordedTalk.Print(model);
        }
        else
        {
            using var model = Required(ModelLoader.LoadModel(folder, backend, CancellationToken.None));
            PrintGrowth(model, backend, longest);
        }
        return 0;
    }

    public static T Required<T>(Native.Results.Result<T, LoadError> result) =>
        result.Match(value => value, error => throw new InvalidOperationException(error.Message));

    /// <summary>Each prompt begins with the one before and its answer; the tokens are arbitrary.</summary>
    private static void PrintGrowth(IModel model, CpuBackend backend, int longest)
    {
        var prompts = Math.Min(longest, model.Info.ContextWindow - ReplyTokens);
        var step = prompts / Turns;
        using var kept = Runner(model, backend, Budget);
        using var cold = Runner(model, backend, prefixBytes: 0);
        // The weights are read for the first time.
        FirstToken(cold, Words(model, 0, PrefillChunk));
        Console.WriteLine("| turn | prompt tokens | found kept | kept: first token after, ms (of processors) | not kept | kept, MB |");
        Console.WriteLine("|---|---|---|---|---|---|");
        ImmutableArray<int> prompt = [];
        for (var turn = 1; turn <= Turns; turn++)
        {
            prompt = [.. prompt, .. Words(model, turn, turn * step - prompt.Length)];
            var (with, without) = (FirstToken(kept, prompt), FirstToken(cold, prompt));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {turn} | {prompt.Length} | {with.Cached} | {with.Clock:F0} ({with.Processors:F0}) "
                    + $"| {without.Clock:F0} ({without.Processors:F0}) | {kept.Prefixes.Bytes / 1e6:F1} |"));
            prompt = [.. prompt, .. with.Answer];
        }
    }

    private static BatchRunner Runner(IModel model, IBackend backend, long prefixBytes) =>
        new(model, backend, new ConstraintMasks(_ => [], model.Info), new BatchLimits(MaxBatch: 1, PrefillChunk, KvBytes: null, FeatureBytes: 0)
        {
            PrefixBytes = prefixBytes,
        });

    private static IEnumerable<int> Words(IModel model, int turn, int count) =>
        Enumerable.Range(0, count).Select(i => (1000 + 37 * i + 101 * turn) % Math.Min(model.Info.VocabSize, 2000));

    /// <summary>Answers a prompt; the times are those up to its first token.</summary>
    private static (List<int> Answer, int Cached, double Clock, double Processors) FirstToken(BatchRunner runner, IEnumerable<int> prompt)
    {
        var request = new SequenceRequest(
            RequestId.New(), new PreparedPrompt([.. prompt], []), SamplingPolicy.Greedy.Instance, new TokenLimits([], ReplyTokens), ReplyTokens);
        var (answer, cached, clock, processors) = (new List<int>(), 0, 0d, 0d);
        var (watch, used) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        runner.Admit(request);
        while (runner.HasWork)
        {
            runner.Step();
            foreach (var failed in runner.Failed)
            {
                throw failed.Cause;
            }
            foreach (var sampled in runner.Sampled)
            {
                if (answer.Count == 0)
                {
                    (clock, processors) = (watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
                }
                answer.Add(sampled.Token);
                cached = sampled.CachedTokens;
            }
        }
        return (answer, cached, clock, processors);
    }
}
