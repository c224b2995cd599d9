using FsCheck.Xunit;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Speculation;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Native.Cpu;

namespace MlxActors.Generation.Tests.Speculation;

/// <summary>Guessed or not, at whatever length and in whatever company: the tokens, the scores and the ends are the same.</summary>
public sealed class SpeculationProperties : IDisposable
{
    private readonly CpuBackend _backend = new(new CpuOptions(CpuMode.Exact, Threads: 1));

    public void Dispose() => _backend.Dispose();

    [Property(MaxTest = 300)]
    public void Answers_GuessedOrNot_AreTheSame(int seed)
    {
        var course = SpeculationCourse.Random(seed);
        var random = new Random(seed);
        var limits = new SpeculationLimits(
            OnlyWhereItPays: random.Next(3) == 0,
            MaxTokens: random.Next(1, 9),
            ShortestMatch: random.Next(1, 3),
            LongestMatch: random.Next(2, 5),
            MaxRows: random.Next(1, 17));
        var goesAhead = random.Next(2) == 0;
        var kvBytes = random.Next(2) == 0 ? 4096L : (long?)null;

        var (expected, _) = Play(course, null, goesAhead: false, kvBytes);
        var (answers, _) = Play(course, limits, goesAhead, kvBytes);

        foreach (var (plain, guessed) in expected.Zip(answers))
        {
            if (guessed.HasLeft || plain.HasLeft)
            {
                var count = Math.Min(plain.Tokens.Count, guessed.Tokens.Count);
                Assert.Equal(plain.Tokens.Take(count), guessed.Tokens.Take(count));
                continue;
            }
            Assert.Equal(plain.Tokens, guessed.Tokens);
            Assert.Equal(plain.Finished, guessed.Finished);
            Assert.Equal(plain.Scores.Select(Described), guessed.Scores.Select(Described));
        }
    }

    /// <summary>The property above would hold of guesses that never come true, too.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Guesses_OfAModelThatRepeatsItself_ComeTrue(bool onlyWhereItPays, bool goesAhead)
    {
        var limits = new SpeculationLimits(onlyWhereItPays, MaxTokens: 8, ShortestMatch: 2, LongestMatch: 4, MaxRows: 16);
        var total = default(SpeculationCounts);
        for (var seed = 0; seed < 60; seed++)
        {
            var (_, counts) = Play(SpeculationCourse.Random(seed), limits, goesAhead, kvBytes: null);
            total = new(total.Drafts + counts.Drafts, total.DraftTokens + counts.DraftTokens, total.AcceptedTokens + counts.AcceptedTokens);
        }
        Assert.InRange(total.AcceptedTokens, 100, total.DraftTokens);
        Assert.InRange(total.Drafts, 1, total.DraftTokens);
    }

    /// <summary>Where steps are begun ahead, that goes first.</summary>
    [Fact]
    public void Guesses_OnlyWhereItPaysAndStepsBegunAhead_AreNotMade()
    {
        var limits = new SpeculationLimits(OnlyWhereItPays: true, MaxTokens: 8, ShortestMatch: 2, LongestMatch: 4, MaxRows: 16);
        for (var seed = 0; seed < 20; seed++)
        {
            Assert.Equal(default, Play(SpeculationCourse.Random(seed), limits, goesAhead: true, kvBytes: null).Counts);
        }
    }

    [Fact]
    public void Step_RepeatedText_MakesSeveralTokensInOnePass()
    {
        var model = new LoopingModel(_backend);
        var limits = new SpeculationLimits(OnlyWhereItPays: false, MaxTokens: 4, ShortestMatch: 2, LongestMatch: 4, MaxRows: 5);
        using var runner = Runner(model, limits, goesAhead: false, kvBytes: null);
        runner.Admit(new SequenceRequest(
            RequestId.New(), new PreparedPrompt([4, 5, 4, 5], []), SamplingPolicy.Greedy.Instance, new TokenLimits([], 200), Credit: 1000));
        var (most, made) = (0, 0);
        while (runner.HasWork)
        {
            runner.Step();
            Assert.Empty(runner.Failed.ToArray());
            (most, made) = (Math.Max(most, runner.Sampled.Length), made + runner.Sampled.Length);
        }

        Assert.Equal(200, made);
        Assert.InRange(most, 2, 5);
        Assert.All(model.Passes.Skip(1), pass => Assert.InRange(pass[0], 1, 5));
        // Each pass makes one token besides those that were guessed, the prompt's too.
        Assert.Equal(made, model.Passes.Count + runner.Speculation.AcceptedTokens);
    }

    [Fact]
    public void Step_PassThatFails_FailsWhoWasInIt_AndFreesTheirCaches()
    {
        var model = new LoopingModel(_backend);
        var limits = new SpeculationLimits(OnlyWhereItPays: false, MaxTokens: 4, ShortestMatch: 1, LongestMatch: 4, MaxRows: 5);
        using (var runner = Runner(model, limits, goesAhead: false, kvBytes: null))
        {
            var request = new SequenceRequest(
                RequestId.New(), new PreparedPrompt([4, 5, 4, 5], []), SamplingPolicy.Greedy.Instance, new TokenLimits([], 200), Credit: 1000);
            runner.Admit(request);
            while (runner.Speculation.AcceptedTokens == 0)
            {
                runner.Step();
            }
            model.OnForward = () => throw new InvalidOperationException("broken");
            runner.Step();

            Assert.Equal(request.Id, Assert.Single(runner.Failed.ToArray()).Id);
            Assert.Equal(0, runner.Running);
        }
        Assert.Equal(0, model.LiveCaches);
    }

    private (Told[] Answers, SpeculationCounts Counts) Play(Asked[] course, SpeculationLimits? limits, bool goesAhead, long? kvBytes)
    {
        var model = new LoopingModel(_backend);
        using var runner = Runner(model, limits, goesAhead, kvBytes);
        var answers = SpeculationCourse.Play(runner, course);
        runner.Dispose();
        Assert.Equal(0, model.LiveCaches);
        return (answers, runner.Speculation);
    }

    private BatchRunner Runner(LoopingModel model, SpeculationLimits? limits, bool goesAhead, long? kvBytes) => new(
        model,
        _backend,
        new ConstraintMasks(token => [(byte)LoopingModel.Characters[token]], model.Info),
        new BatchLimits(MaxBatch: 3, PrefillChunk: 7, kvBytes, FeatureBytes: 0) { PrefixBytes = 2048, Speculation = limits },
        goesAhead,
        TimeProvider.System);

    private static string Described(TokenScores? scores) => scores is null ? "" : $"{scores.Chosen} {string.Join(" ", scores.Top)}";
}
