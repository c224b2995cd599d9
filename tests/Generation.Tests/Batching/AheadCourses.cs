using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;

namespace MlxActors.Generation.Tests.Batching;

/// <param name="Number">Which prompt, which kind of sampling, which limit.</param>
/// <param name="Leaves">Before which token its client goes away; null when it stays.</param>
/// <param name="Credit">Tokens between two grants.</param>
/// <param name="Pause">Steps before it.</param>
internal sealed record Asked(int Number, int? Leaves, int Credit, int Pause);

/// <summary>Requests of all kinds that come, pause, stop and go away on a demo model, with and without steps begun ahead.</summary>
internal sealed class AheadCourses(LoadedModel model)
{
    /// <summary>Tokens of the longest answer.</summary>
    public const int Longest = 40;

    private static readonly string[] Texts = ["Hi", "Who are you?", "Count from 3 to 9.", "Who are you? And who am I?"];

    private readonly PreparedPrompt[] _prompts =
    [
        .. Texts.Select(text => model.Processor
            .Prepare(new Conversation([ChatMessage.Of(Role.User, text)], [], []), new MediaDecoder(ImageLimits.Default), default)
            .Match(prompt => prompt, error => throw new InvalidDataException(error.Message))),
    ];

    public void AssertAheadIsStepByStep(Asked[] course)
    {
        foreach (var (expected, actual) in Play(course, goesAhead: false).Zip(Play(course, goesAhead: true)))
        {
            Assert.Equal(expected.Tokens, actual.Tokens);
            Assert.Equal(expected.Finished, actual.Finished);
        }
    }

    public BatchRunner Runner(bool goesAhead) => new(
        model.Model,
        model.Backend,
        ConstraintMasks.Of(model.Processor, model.Info),
        new BatchLimits(MaxBatch: 3, PrefillChunk: 9, KvBytes: 8 << 20, FeatureBytes: 0) { PrefixBytes = 4 << 20 },
        goesAhead,
        TimeProvider.System);

    private List<Told> Play(Asked[] course, bool goesAhead)
    {
        using var runner = Runner(goesAhead);
        return Run(runner, course);
    }

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
            new TokenLimits(model.Info.EndOfSequence, 1 + number % Longest),
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
