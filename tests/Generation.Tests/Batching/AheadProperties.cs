using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Golden;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Generation.Tests.Batching;

/// <summary>
/// Steps begun ahead on the demo checkpoint in exact mode: requests of all kinds that come, pause, stop and go away at random get the
/// tokens that they get step by step.
/// </summary>
public sealed class AheadProperties : IDisposable
{
    private const int Longest = 40;

    private static readonly string[] Texts = ["Hi", "Who are you?", "Count from 3 to 9.", "Who are you? And who am I?"];

    private readonly LoadedModel _model;
    private readonly PreparedPrompt[] _prompts;

    public AheadProperties()
    {
        var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1));
        _model = ModelLoader.Load(Path.Combine(Goldens.Repository, "models", "demo"), backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidDataException(error.Message));
        _prompts = [.. Texts.Select(text => _model.Processor
            .Prepare(new Conversation([ChatMessage.Of(Role.User, text)], [], []), new MediaDecoder(ImageLimits.Default), default)
            .Match(prompt => prompt, error => throw new InvalidDataException(error.Message)))];
    }

    /// <param name="Number">Which prompt, which kind of sampling, which limit.</param>
    /// <param name="Leaves">Before which token its client goes away; null when it stays.</param>
    /// <param name="Credit">Tokens between two grants.</param>
    /// <param name="Pause">Steps before it.</param>
    private sealed record Asked(int Number, int? Leaves, int Credit, int Pause);

    [Property(MaxTest = 40)]
    public Property Step_BegunAhead_GivesTheTokensOfStepByStep() => Prop.ForAll(Courses, course =>
    {
        var (plain, ahead) = (Play(course, goesAhead: false), Play(course, goesAhead: true));
        foreach (var (expected, actual) in plain.Zip(ahead))
        {
            Assert.Equal(expected.Tokens, actual.Tokens);
            Assert.Equal(expected.Finished, actual.Finished);
        }
    });

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
        using var scout = Runner(goesAhead: false);
        var whole = Answer(scout, prompt, []).Tokens;
        foreach (var end in new[] { 3, 31, 64, 70 })
        {
            using var plain = Runner(goesAhead: false);
            using var ahead = Runner(goesAhead: true);
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
        from leaves in Gen.Choose(0, 3 * Longest)
        from credit in Gen.Elements(1, 2, 3, 8, 1000)
        from pause in Gen.Choose(0, 6)
        select new Asked(number, leaves < Longest ? leaves : null, credit, pause)).NonEmptyListOf()
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
            RequestId.New(), new PreparedPrompt([.. prompt], []), sampling, new TokenLimits([.. stops], Longest * 2), Credit: 1000)));
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

    private List<Told> Play(Asked[] course, bool goesAhead)
    {
        using var runner = Runner(goesAhead);
        return Run(runner, course);
    }

    private BatchRunner Runner(bool goesAhead) => new(
        _model.Model, _model.Backend, ConstraintMasks.Of(_model.Processor, _model.Info),
        new BatchLimits(MaxBatch: 3, PrefillChunk: 9, KvBytes: 8 << 20, FeatureBytes: 0) { PrefixBytes = 4 << 20 }, goesAhead);

    private List<Told> Run(BatchRunner runner, Asked[] course)
    {
        var told = new List<Told>();
        foreach (var asked in course)
        {
            for (var step = 0; step < asked.Pause; step++)
            {
                Step(runner, told);
            }
            var answer = new Told(asked, RequestId.New());
            told.Add(answer);
            Assert.Null(runner.Admit(RequestOf(answer)));
        }
        while (runner.HasWork || told.Exists(answer => answer.IsPaused || answer.Leaves))
        {
            Step(runner, told);
        }
        Assert.Equal(0, runner.Running);
        return told;
    }

    /// <summary>Before the step, clients leave, and readers take what is there.</summary>
    private static void Step(BatchRunner runner, List<Told> told)
    {
        foreach (var answer in told.Where(answer => answer.Leaves))
        {
            answer.HasLeft = runner.Remove(answer.Id);
        }
        foreach (var answer in told.Where(answer => answer.IsPaused))
        {
            answer.Granted += answer.Asked.Credit;
            runner.Grant(answer.Id, answer.Asked.Credit);
        }
        runner.Step();
        Assert.True(runner.Failed.IsEmpty);
        foreach (var sampled in runner.Sampled)
        {
            var answer = told.Single(answer => answer.Id == sampled.Id);
            answer.Tokens.Add(sampled.Token);
            (answer.Finished, answer.Cached) = (sampled.Finished, sampled.CachedTokens);
        }
    }

    /// <summary>Greedy, drawn, filtered, with penalties that only the host applies, with scores.</summary>
    private SequenceRequest RequestOf(Told answer)
    {
        var number = answer.Asked.Number;
        var options = (number % 5) switch
        {
            0 => SamplingOptions.Unset with { Temperature = 1.3, TopK = 20, TopP = .9 },
            1 => SamplingOptions.Unset with { Temperature = 2 },
            2 => SamplingOptions.Unset with { FrequencyPenalty = .5 },
            _ => SamplingOptions.Unset,
        };
        return new SequenceRequest(
            answer.Id,
            _prompts[number % _prompts.Length],
            SamplingPolicy.Resolve(options, SamplingDefaults.Silent, (ulong)number),
            new TokenLimits(_model.Info.EndOfSequence, 1 + number % Longest),
            answer.Asked.Credit)
        {
            Adjustments = TokenAdjustments.Of(options),
            TopLogprobs = number % 11 == 0 ? 2 : null,
        };
    }

    private sealed record Told(Asked Asked, RequestId Id)
    {
        public List<int> Tokens { get; } = [];

        public FinishReason? Finished { get; set; }

        public int Cached { get; set; }

        public int Granted { get; set; } = Asked.Credit;

        public bool HasLeft { get; set; }

        public bool Leaves => Finished is null && !HasLeft && Asked.Leaves == Tokens.Count;

        public bool IsPaused => Finished is null && !HasLeft && !Leaves && Tokens.Count == Granted;
    }
}
