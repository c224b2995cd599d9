using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Speculation;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Speculation;

/// <summary>
/// <c>speculation &lt;folder&gt; [&lt;conversations&gt;]</c>: what guessing ahead does to the time of answers, where they repeat their prompt and
/// where they do not. With conversations the model's own answers; without, as for random weights, which never repeat anything, answers that
/// it is made to give: the passes are real, how much comes true is chosen.
/// </summary>
internal static class SpeculationCommand
{
    public const string Name = "speculation";

    private const int MaxTokens = 160;
    private const int EachKind = 8;
    private const int Rounds = 5;
    private const int ForcedPrompt = 256;
    private const int ForcedAnswer = 48;

    private static readonly SpeculationLimits Auto = new(OnlyWhereItPays: true, MaxTokens: 8, ShortestMatch: 2, LongestMatch: 4, MaxRows: 16);

    private static readonly (string Name, SpeculationLimits? Limits)[] Settings =
        [("off", null), ("auto", Auto), ("on", Auto with { OnlyWhereItPays = false })];

    public static int Run(string[] arguments)
    {
        if (arguments is not [var folder, .. { Length: < 2 } rest])
        {
            Console.Error.WriteLine($"usage: {Name} <checkpoint folder> [<conversations.jsonl, with prompt_ids and reply>]");
            return 2;
        }
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Fast, Environment.ProcessorCount));
        using var model = ModelLoader.LoadModel(folder, backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidOperationException(error.Message));
        Console.WriteLine("| answers | engine.speculation | tokens | passes | tokens a pass | came true | time beside off |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        if (rest is [var conversations])
        {
            foreach (var kind in File.ReadLines(conversations).Select(Text.Parse).Where(text => text.Kind is not null).GroupBy(text => text.Kind))
            {
                Compare(kind.Key!, [.. kind.Take(EachKind).Select(text => new Ask(model, backend, text.Prompt, MaxTokens, model.Info.EndOfSequence))], Rounds);
            }
        }
        else
        {
            foreach (var (copied, between) in new[] { (ForcedAnswer, 0), (12, 4), (4, 8), (0, ForcedAnswer) })
            {
                var (prompt, text) = Forced(copied, between);
                var forced = new ForcedModel(model, backend, text);
                Compare($"made to copy {copied} and make up {between}, in turn", [new Ask(forced, backend, prompt, ForcedAnswer, [])], rounds: 2);
            }
        }
        return 0;
    }

    /// <summary>The settings take turns, so that what else the machine does meets all alike; the first round warms up.</summary>
    private static void Compare(string kind, Ask[] asks, int rounds)
    {
        var runners = Settings.Select(setting => RunnerOf(asks[0], setting.Limits)).ToArray();
        var (seconds, tokens, passes) = (new double[runners.Length], new int[runners.Length], new int[runners.Length]);
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var ask in asks)
            {
                foreach (var (index, runner) in runners.Index())
                {
                    var answer = Answer(runner, ask);
                    if (round > 0)
                    {
                        (seconds[index], tokens[index], passes[index]) =
                            (seconds[index] + answer.Seconds, tokens[index] + answer.Tokens, passes[index] + answer.Passes);
                    }
                }
            }
        }
        foreach (var (index, runner) in runners.Index())
        {
            var counts = runner.Speculation;
            var right = counts.DraftTokens > 0 ? $"{100.0 * counts.AcceptedTokens / counts.DraftTokens:F0} % of {counts.DraftTokens}" : "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {kind} | {Settings[index].Name} | {tokens[index]} | {passes[index]} | {(double)tokens[index] / passes[index]:F2} | {right} "
                    + $"| {seconds[index] / seconds[0]:F3} |"));
            runner.Dispose();
        }
    }

    /// <summary>From the first token on: prompts are read alike.</summary>
    private static (double Seconds, int Tokens, int Passes) Answer(BatchRunner runner, Ask ask)
    {
        runner.Admit(new SequenceRequest(
            RequestId.New(), new PreparedPrompt(ask.Prompt, []), SamplingPolicy.Greedy.Instance, new TokenLimits(ask.Ends, ask.MaxTokens), ask.MaxTokens));
        while (runner.HasWork && runner.Sampled.IsEmpty)
        {
            Step(runner);
        }
        var (began, tokens, passes) = (Stopwatch.GetTimestamp(), 0, 0);
        while (runner.HasWork)
        {
            Step(runner);
            (tokens, passes) = (tokens + runner.Sampled.Length, passes + 1);
        }
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        // With nothing left to do, it clears what it told last.
        runner.Step();
        return (seconds, tokens, passes);
    }

    private static void Step(BatchRunner runner)
    {
        runner.Step();
        foreach (var failed in runner.Failed)
        {
            throw failed.Cause;
        }
    }

    private static BatchRunner RunnerOf(Ask ask, SpeculationLimits? limits) => new(
        ask.Model,
        ask.Backend,
        new ConstraintMasks(_ => [], ask.Model.Info),
        new BatchLimits(MaxBatch: 1, PrefillChunk: 256, KvBytes: null, FeatureBytes: 0) { Speculation = limits });

    /// <summary>A prompt of tokens that come once each, and an answer that copies from it and makes up others, in turn.</summary>
    private static (ImmutableArray<int> Prompt, ImmutableArray<int> Text) Forced(int copied, int between)
    {
        var prompt = Enumerable.Range(1000, ForcedPrompt).ToImmutableArray();
        var text = prompt.ToBuilder();
        var (from, fresh) = (0, 1000 + ForcedPrompt);
        while (text.Count < ForcedPrompt + ForcedAnswer)
        {
            text.AddRange(prompt.AsSpan().Slice(from, copied));
            text.AddRange(Enumerable.Range(fresh, between));
            (from, fresh) = ((from + copied + 7) % (ForcedPrompt - ForcedAnswer), fresh + between);
        }
        return (prompt, text.ToImmutable());
    }

    private sealed record Ask(IModel Model, IBackend Backend, ImmutableArray<int> Prompt, int MaxTokens, ImmutableHashSet<int> Ends);

    /// <param name="Kind">What is asked for; null where images are shown, which prompt ids alone do not tell.</param>
    private sealed record Text(string? Kind, ImmutableArray<int> Prompt)
    {
        public static Text Parse(string line)
        {
            var row = JsonElement.Parse(line);
            return new Text(
                line.Contains("image_url", StringComparison.Ordinal) ? null : KindOf(row),
                [.. row.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32())]);
        }

        private static string KindOf(JsonElement row)
        {
            var (asked, reply) = (row.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!, row.GetProperty("reply").GetString()!);
            return asked.StartsWith("Summarize", StringComparison.Ordinal) ? "summary"
                : reply.Contains("tool_c", StringComparison.Ordinal) || reply.StartsWith('{') ? "tool call or JSON"
                : asked.StartsWith("Repeat", StringComparison.Ordinal) || asked.StartsWith("Echo", StringComparison.Ordinal) ? "repeat"
                : asked.Contains("story", StringComparison.Ordinal) ? "story"
                : "chat";
        }
    }
}
