using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Generation.Tests.Batching;
using MlxActors.Golden.Families;
using MlxActors.Models;
using MlxActors.Native.Mlx;
using MlxActors.Native.Results;
using Xunit.Abstractions;

namespace MlxActors.Golden.Batching;

/// <summary>Decode steps on MLX: how often it is told to compute, what the host gets to see, and steps begun ahead.</summary>
[Collection(MlxFamilyTests.Collection)]
public sealed class MlxDecodeTests(ITestOutputHelper output)
{
    private const int Courses = 12;
    private const int Sequences = 3;
    private const int LongestPrompt = 1 << 12;

    public static TheoryData<string?> Checkpoints => MlxFamilyTests.Checkpoints;

    /// <summary>Prompts of all families; greedy, drawn, and drawn with all filters; ends at different steps.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Step_BegunAhead_GivesTheTokensOfStepByStep(string? checkpoint)
    {
        var cases = CasesOf(checkpoint);
        using var backend = MlxFamilyTests.Open();
        using var model = cases[0].Load(backend);

        var plain = Run(model, backend, cases, goesAhead: false);
        var ahead = Run(model, backend, cases, goesAhead: true);

        Assert.Equal(plain.Answers, ahead.Answers);
    }

    /// <summary>One evaluation a step, whatever the number of rows; of a row only the number of its token comes to the host.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Step_TokensChosenByTheBackend_IsOneEvaluationAndFourBytesARow(string? checkpoint)
    {
        var cases = CasesOf(checkpoint);
        using var backend = MlxFamilyTests.Open();
        using var model = cases[0].Load(backend);
        foreach (var goesAhead in new[] { false, true })
        {
            var (evaluations, bytes) = (backend.Evaluations, backend.BytesViewed);

            var (answers, steps) = Run(model, backend, cases, goesAhead);

            var tokens = answers.Sum(answer => answer.Count);
            Assert.Equal(steps, backend.Evaluations - evaluations);
            Assert.Equal(tokens * sizeof(int), backend.BytesViewed - bytes);
            output.WriteLine(
                $"ahead {goesAhead}: {tokens} tokens in {steps} steps: {backend.Evaluations - evaluations} evaluations, "
                + $"{backend.BytesViewed - bytes} bytes viewed");
        }
    }

    /// <summary>A request that wants scores has its row looked at, the others do not, and one evaluation serves all.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Step_OneRowForTheHost_ShowsThatRowAlone(string? checkpoint)
    {
        var cases = CasesOf(checkpoint);
        using var backend = MlxFamilyTests.Open();
        using var model = cases[0].Load(backend);
        var (evaluations, bytes) = (backend.Evaluations, backend.BytesViewed);

        var (answers, steps) = Run(model, backend, cases, goesAhead: true, scored: 1);

        Assert.Equal(steps, backend.Evaluations - evaluations);
        var scored = answers[1].Count;
        var chosen = answers.Sum(answer => answer.Count) - scored;
        Assert.Equal(sizeof(int) * (chosen + ((long)scored * model.Info.VocabSize)), backend.BytesViewed - bytes);
        Assert.Equal(Run(model, backend, cases, goesAhead: false).Answers, answers);
    }

    /// <summary>
    /// The demo model's logits leave room for the rounding of rows in other company, which comes and goes at other steps; the courses are
    /// always the same.
    /// </summary>
    [SkippableFact]
    public void Step_BegunAheadWhileOthersComeAndGo_GivesTheTokensOfStepByStep()
    {
        using var model = ((Result<LoadedModel, LoadError>.Ok)ModelLoader.Load(
            Path.Combine(Goldens.Repository, "models", "demo"), MlxFamilyTests.Open(), default)).Value;
        var courses = new AheadCourses(model);
        for (var seed = 0; seed < Courses; seed++)
        {
            var random = new Random(seed);
            courses.AssertAheadIsStepByStep([.. Enumerable.Range(0, random.Next(2, 7)).Select(_ => new Asked(
                random.Next(1000),
                random.Next(3) == 0 ? random.Next(AheadCourses.Longest) : null,
                random.GetItems([1, 2, 3, 8, 1000], 1)[0],
                random.Next(7)))]);
        }
    }

    private static GoldenCase[] CasesOf(string? checkpoint)
    {
        var cases = GoldenCase.Of(Goldens.SkipWhenNone(checkpoint, "model"))
            .Where(golden => golden.Inputs.Ids.Length > 1 && golden.Inputs.Media.IsEmpty && golden.ConfigOverrides.IsEmpty)
            .ToArray();
        Skip.If(cases.Length == 0, $"{checkpoint} has no prompts of text");
        return cases;
    }

    /// <summary>Three answers, and the steps taken: as many as passes, for one that begins the next as well saves it that.</summary>
    private static (List<int>[] Answers, int Steps) Run(
        IModel model, MlxBackend backend, GoldenCase[] cases, bool goesAhead, int? scored = null)
    {
        var limits = new BatchLimits(Sequences, LongestPrompt, KvBytes: null, FeatureBytes: 0);
        using var runner = new BatchRunner(model, backend, new ConstraintMasks(_ => [], model.Info), limits, goesAhead, TimeProvider.System);
        var answers = new Dictionary<RequestId, List<int>>();
        for (var i = 0; i < Sequences; i++)
        {
            var request = RequestOf(cases[i % cases.Length], i) with { TopLogprobs = i == scored ? 1 : null };
            answers.Add(request.Id, []);
            Assert.Null(runner.Admit(request));
        }
        var steps = 0;
        for (; runner.HasWork; steps++)
        {
            runner.Step();
            Assert.Empty(runner.Failed.ToArray());
            foreach (var sampled in runner.Sampled)
            {
                answers[sampled.Id].Add(sampled.Token);
            }
        }
        return ([.. answers.Values], steps);
    }

    private static SequenceRequest RequestOf(GoldenCase golden, int index)
    {
        var sampling = SamplingPolicy.Resolve(
            index switch
            {
                0 => SamplingOptions.Unset,
                1 => SamplingOptions.Unset with { Temperature = 1.5 },
                _ => new SamplingOptions(0.9, 0.9, 30, 0.02, null),
            },
            SamplingDefaults.Silent,
            freshSeed: (ulong)index);
        return new SequenceRequest(
            RequestId.New(), new PreparedPrompt(golden.Inputs.Ids, []), sampling, new TokenLimits([], 10 + (7 * index)), Credit: 100);
    }
}
