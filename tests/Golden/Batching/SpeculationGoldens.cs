using System.Collections.Immutable;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Speculation;
using MlxActors.Generation.Stopping;
using MlxActors.Golden.Families;
using MlxActors.Models;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Batching;

/// <summary>
/// The small checkpoints of all families, whose windows are short: guessed or not, answers far beyond the window, and prompts that go on behind
/// them, get the same tokens, in both modes. Random weights repeat themselves before long, so that guesses come true and do not.
/// </summary>
public sealed class SpeculationGoldens
{
    private const int Prompts = 6;
    private const int MaxTokens = 150;

    private static readonly SpeculationLimits Always = new(OnlyWhereItPays: false, MaxTokens: 6, ShortestMatch: 1, LongestMatch: 3, MaxRows: 12);

    public static TheoryData<string?> Checkpoints => GoldenCase.Checkpoints;

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Answers_GuessedOrNot_AreTheSame(string? checkpoint)
    {
        var golden = GoldenCase.Of(Goldens.SkipWhenNone(checkpoint, "model")).First(golden => !golden.Inputs.Ids.IsEmpty && golden.ConfigOverrides.IsEmpty);
        foreach (var mode in Enum.GetValues<CpuMode>())
        {
            using var backend = new CpuBackend(new CpuOptions(mode, Threads: 2));
            using var model = golden.Load(backend);
            var limits = new BatchLimits(MaxBatch: 2, PrefillChunk: 23, KvBytes: null, FeatureBytes: 0) { PrefixBytes = 1 << 26 };
            using var plain = Runner(model, backend, limits);
            using var guessing = Runner(model, backend, limits with { Speculation = Always });
            var random = new Random(5);
            ImmutableArray<int>[] prompts =
                [.. Enumerable.Range(0, Prompts).Select(_ => random.GetItems([.. Enumerable.Range(1, 60)], random.Next(2, 40)).ToImmutableArray())];

            var expected = Run(plain, prompts);
            Assert.Equal(expected, Run(guessing, prompts));
            Assert.InRange(guessing.Speculation.AcceptedTokens, 1, guessing.Speculation.DraftTokens - 1);

            ImmutableArray<int>[] next = [.. prompts.Zip(expected, (prompt, answer) => prompt.AddRange(answer[..random.Next(answer.Count)]).Add(7))];
            Assert.Equal(Run(plain, next), Run(guessing, next));
        }
    }

    private static BatchRunner Runner(IModel model, IBackend backend, BatchLimits limits) =>
        new(model, backend, new ConstraintMasks(_ => [], model.Info), limits);

    private static List<int>[] Run(BatchRunner runner, ImmutableArray<int>[] prompts)
    {
        var answers = new Dictionary<RequestId, List<int>>();
        foreach (var (index, prompt) in prompts.Index())
        {
            var sampling = SamplingPolicy.Resolve(
                SamplingOptions.Unset with { Temperature = index % 3 == 2 ? .2 : 0 }, SamplingDefaults.Silent, (ulong)index);
            var request = new SequenceRequest(RequestId.New(), new PreparedPrompt(prompt, []), sampling, new TokenLimits([], MaxTokens), MaxTokens);
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
