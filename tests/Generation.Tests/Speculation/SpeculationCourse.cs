using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Tests.Speculation;

/// <param name="Pause">Steps before it comes.</param>
/// <param name="Credit">Tokens between two grants.</param>
/// <param name="Leaves">Tokens that its client stays for; null: all.</param>
internal sealed record Asked(SequenceRequest Request, int Pause, int Credit, int? Leaves);

internal sealed class Told
{
    public List<int> Tokens { get; } = [];

    public List<TokenScores?> Scores { get; } = [];

    public FinishReason? Finished { get; set; }

    public bool HasLeft { get; set; }
}

/// <summary>Random requests of all kinds for a <see cref="LoopingModel"/>, and what a runner tells of them.</summary>
internal static class SpeculationCourse
{
    private const int Longest = 60;

    private static readonly Grammar Json = Schema
        .Read(JsonElement.Parse("""{"type":"array","items":{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a","b"]}}"""))
        .Match(schema => new AnswerForm(schema, [], false).ToGrammar(CallSyntax.ToolCallTag)!, error => throw new InvalidDataException(error.Reason));

    public static Asked[] Random(int seed)
    {
        var random = new Random(seed);
        var spoken = ImmutableArray<int>.Empty;
        return [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
        {
            // Some begin with what others have asked, some repeat themselves.
            var prompt = random.Next(3) == 0 ? spoken : [];
            var words = Words(random, random.Next(1, 12));
            spoken = [.. prompt, .. words, .. random.Next(2) == 0 ? words : Words(random, 5)];
            var credit = random.GetItems([1, 2, 5, 1000], 1)[0];
            return new Asked(RequestOf(spoken, credit, random), random.Next(0, 5), credit, random.Next(4) == 0 ? random.Next(Longest) : null);
        })];
    }

    /// <summary>The answers in the order of the course.</summary>
    public static Told[] Play(BatchRunner runner, Asked[] course)
    {
        var told = course.ToDictionary(asked => asked.Request.Id, _ => new Told());
        foreach (var asked in course)
        {
            for (var step = 0; step < asked.Pause; step++)
            {
                Step(runner, course, told);
            }
            Assert.Null(runner.Admit(asked.Request));
        }
        while (told.Values.Any(answer => answer is { Finished: null, HasLeft: false }))
        {
            Step(runner, course, told);
        }
        Assert.Equal(0, runner.Running);
        return [.. course.Select(asked => told[asked.Request.Id])];
    }

    private static void Step(BatchRunner runner, Asked[] course, Dictionary<RequestId, Told> told)
    {
        runner.Step();
        Assert.Empty(runner.Failed.ToArray());
        foreach (var sampled in runner.Sampled)
        {
            var answer = told[sampled.Id];
            Assert.Null(answer.Finished);
            answer.Tokens.Add(sampled.Token);
            answer.Scores.Add(sampled.Scores);
            answer.Finished = sampled.Finished;
        }
        foreach (var (request, _, credit, leaves) in course)
        {
            var answer = told[request.Id];
            if (answer.Finished is null && !answer.HasLeft && answer.Tokens.Count >= leaves)
            {
                answer.HasLeft = runner.Remove(request.Id);
            }
            else if (answer.Tokens.Count > 0 && answer.Tokens.Count % credit == 0)
            {
                runner.Grant(request.Id, credit);
            }
        }
    }

    private static ImmutableArray<int> Words(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(1, LoopingModel.Characters.Length))];

    private static SequenceRequest RequestOf(ImmutableArray<int> prompt, int credit, Random random)
    {
        var options = random.Next(6) switch
        {
            0 => SamplingOptions.Unset with { Temperature = .7, TopK = 5, TopP = .95 },
            1 => SamplingOptions.Unset with { Temperature = 1.3, MinP = .05 },
            2 => SamplingOptions.Unset with { FrequencyPenalty = .3, PresencePenalty = .2, Temperature = .5 },
            3 => SamplingOptions.Unset with { RepetitionPenalty = 1.1, LogitBias = [new(5, 2), new(6, -100)] },
            _ => SamplingOptions.Unset,
        };
        return new SequenceRequest(
            RequestId.New(),
            new PreparedPrompt(prompt, []),
            SamplingPolicy.Resolve(options, SamplingDefaults.Silent, (ulong)random.Next()),
            new TokenLimits(random.Next(2) == 0 ? [LoopingModel.EndOfTurn] : [], random.Next(1, Longest)),
            credit)
        {
            Adjustments = TokenAdjustments.Of(options),
            TopLogprobs = random.Next(5) == 0 ? 3 : null,
            Grammar = random.Next(4) == 0 ? Json : null,
        };
    }
}
