using System.Collections.Immutable;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Speculation;
using MlxActors.Generation.Stopping;
using MlxActors.Golden;
using MlxActors.Models;
using MlxActors.Native.Cpu;

namespace MlxActors.Generation.Tests.Speculation;

/// <summary>
/// The demo checkpoints' conversations, alone and four at a time, greedy and drawn: guessed or not, the answers are the same, in fast mode
/// too. What the kernels owe to that: a row of a pass comes out the same bit for bit, however many rows the pass has.
/// </summary>
public sealed class DemoSpeculationTests
{
    private const int MostPrompts = 24;
    private const int MaxTokens = 80;

    private static readonly SpeculationLimits Always = new(OnlyWhereItPays: false, MaxTokens: 8, ShortestMatch: 2, LongestMatch: 4, MaxRows: 16);

    [SkippableTheory]
    [InlineData("demo", CpuMode.Exact, 1)]
    [InlineData("demo", CpuMode.Fast, 4)]
    [InlineData("demo-qwen", CpuMode.Exact, 4)]
    [InlineData("demo-qwen", CpuMode.Fast, 1)]
    public void Conversations_GuessedOrNot_GetTheSameAnswers(string name, CpuMode mode, int maxBatch)
    {
        Skip.IfNot(File.Exists(Goldens.PathOf("demo", $"{name}.jsonl")), $"no conversations of {name} under {Goldens.Root}");
        var backend = new CpuBackend(new CpuOptions(mode, Threads: 2));
        using var model = ModelLoader.Load(Path.Combine(Goldens.Repository, "models", name), backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidDataException(error.Message));
        var limits = new BatchLimits(maxBatch, PrefillChunk: 64, KvBytes: null, FeatureBytes: 0) { PrefixBytes = 16 << 20 };
        using var plain = new BatchRunner(model, limits);
        using var guessing = new BatchRunner(model, limits with { Speculation = Always });
        var prompts = Prompts(name);

        var expected = Run(plain, prompts, model.Info);

        Assert.Equal(expected, Run(guessing, prompts, model.Info));
        Assert.InRange(guessing.Speculation.AcceptedTokens, 20, guessing.Speculation.DraftTokens);
        // Prompts behind the answers find the same kept, guessed or not: what was guessed wrong is not among it.
        Assert.Equal(
            Run(plain, [.. prompts.Zip(expected, (prompt, answer) => prompt.AddRange(answer).AddRange(prompt))], model.Info),
            Run(guessing, [.. prompts.Zip(expected, (prompt, answer) => prompt.AddRange(answer).AddRange(prompt))], model.Info));
    }

    /// <summary>Those of text alone; each once more with what it says twice, so that there is something to repeat.</summary>
    private static ImmutableArray<int>[] Prompts(string name)
    {
        var texts = Goldens.Lines(Goldens.PathOf("demo", $"{name}.jsonl"))
            .Where(row => !row.GetProperty("messages").GetRawText().Contains("image_url", StringComparison.Ordinal))
            .Select(row => row.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32()).ToImmutableArray())
            .OrderBy(prompt => prompt.Length)
            .Take(MostPrompts / 2)
            .ToArray();
        return [.. texts, .. texts.Select(text => text.AddRange(text))];
    }

    /// <summary>Every third one draws its tokens, every fifth has penalties.</summary>
    private static List<int>[] Run(BatchRunner runner, ImmutableArray<int>[] prompts, ModelInfo info)
    {
        var answers = new Dictionary<RequestId, List<int>>();
        foreach (var (index, prompt) in prompts.Index())
        {
            var options = SamplingOptions.Unset with
            {
                Temperature = index % 3 == 1 ? .9 : 0,
                TopP = .95,
                FrequencyPenalty = index % 5 == 4 ? .2 : null,
            };
            var request = new SequenceRequest(
                RequestId.New(),
                new PreparedPrompt(prompt, []),
                SamplingPolicy.Resolve(options, SamplingDefaults.Silent, (ulong)index),
                new TokenLimits(index % 2 == 0 ? info.EndOfSequence : [], MaxTokens),
                MaxTokens)
            {
                Adjustments = TokenAdjustments.Of(options),
            };
            answers.Add(request.Id, []);
            Assert.Null(runner.Admit(request));
        }
        while (runner.HasWork)
        {
            runner.Step();
            Assert.Empty(runner.Failed.ToArray());
            foreach (var sampled in runner.Sampled)
            {
                answers[sampled.Id].Add(sampled.Token);
            }
        }
        return [.. answers.Values];
    }
}
