using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Golden;
using MlxActors.Models;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Generation.Tests.Batching;

/// <summary>
/// Steps begun ahead on the demo checkpoint in exact mode: requests of all kinds that come, pause, stop and go away at random get the
/// tokens that they get step by step.
/// </summary>
public sealed class AheadProperties : IDisposable
{
    private const int Longest = 2 * AheadCourses.Longest;

    private readonly LoadedModel _model;
    private readonly AheadCourses _courses;

    public AheadProperties()
    {
        var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1));
        _model = ModelLoader.Load(Path.Combine(Goldens.Repository, "models", "demo"), backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidDataException(error.Message));
        _courses = new AheadCourses(_model);
    }

    [Property(MaxTest = 40)]
    public Property Step_BegunAhead_GivesTheTokensOfStepByStep() => Prop.ForAll(Courses, _courses.AssertAheadIsStepByStep);

    /// <summary>
    /// A turn behind an answer that ended by what it said, and a turn that parts from it further up, find what they find step by step. The
    /// longer prompt is beyond the sliding layers' window.
    /// </summary>
    [Theory]
    [InlineData(20)]
    [InlineData(350)]
    public void Step_BegunAhead_KeepsThePrefixesOfStepByStep(int promptTokens)
    {
        var prompt = Words(promptTokens, seed: promptTokens);
        using var scout = _courses.Runner(goesAhead: false);
        var whole = Answer(scout, prompt, []).Tokens;
        foreach (var end in new[] { 3, 31, 64, 70 })
        {
            using var plain = _courses.Runner(goesAhead: false);
            using var ahead = _courses.Runner(goesAhead: true);
            var answer = Answer(plain, prompt, [whole[end]]).Tokens;
            Assert.Equal(answer, Answer(ahead, prompt, [whole[end]]).Tokens);

            foreach (int[] next in new int[][] { [.. prompt, .. answer, 300], [.. prompt, .. answer[..(answer.Length / 2)], 300, 301] })
            {
                var (expected, actual) = (Answer(plain, next, []), Answer(ahead, next, []));
                Assert.Equal(expected.Tokens, actual.Tokens);
                Assert.Equal(expected.Cached, actual.Cached);
            }
            Assert.Equal(plain.Prefixes, ahead.Prefixes);
        }
    }

    public void Dispose() => _model.Dispose();

    private static Arbitrary<Asked[]> Courses => (
        from number in Gen.Choose(0, 1000)
        from leaves in Gen.Choose(0, 3 * AheadCourses.Longest)
        from credit in Gen.Elements(1, 2, 3, 8, 1000)
        from pause in Gen.Choose(0, 6)
        select new Asked(number, leaves < AheadCourses.Longest ? leaves : null, credit, pause)).NonEmptyListOf()
        .Select(course => course.Take(6).ToArray()).ToArbitrary();

    private static int[] Words(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(300, 1500))];
    }

    /// <summary>A long answer that is drawn, unless one of some tokens stops it.</summary>
    private static (int[] Tokens, int Cached) Answer(BatchRunner runner, int[] prompt, int[] stops)
    {
        var sampling = new SamplingPolicy.Draw(TokenFilters.None with { Temperature = 3 }, (ulong)prompt.Length);
        Assert.Null(runner.Admit(new SequenceRequest(
            RequestId.New(), new PreparedPrompt([.. prompt], []), sampling, new TokenLimits([.. stops], Longest), Credit: 1000)));
        var (tokens, cached) = (new List<int>(), 0);
        while (runner.HasWork)
        {
            runner.Step();
            foreach (var sampled in runner.Sampled)
            {
                tokens.Add(sampled.Token);
                cached = sampled.CachedTokens;
            }
        }
        return ([.. tokens], cached);
    }
}
