using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Sampling;
using MlxActors.Models;
using MlxActors.Native.Tests;

namespace MlxActors.Generation.Tests.Sampling;

public sealed class TokenAdjustmentsTests
{
    [Fact]
    public void Of_SilentRequest_ChangesNothing()
    {
        Assert.True(TokenAdjustments.Of(SamplingOptions.Unset).ChangeNothing);
        Assert.True(TokenAdjustments.Of(
            SamplingOptions.Unset with { RepetitionPenalty = 1, PresencePenalty = 0, FrequencyPenalty = 0 }).ChangeNothing);
    }

    [Fact]
    public void Apply_PresenceAndFrequency_CountTheAnswerAlone() => Assert.Equal(
        [1, 1.5f, 0, 1],
        Adjusted([1, 2, 2, 1], new TokenAdjustments(1, -.25f, .75f, []), prompt: [0, 3], answer: [1, 2, 2, 2]),
        Near);

    [Fact]
    public void Apply_Repetition_CountsThePromptToo() =>
        Assert.Equal([.5f, -4, 3, 0], Adjusted([1, -2, 3, 0], new TokenAdjustments(2, 0, 0, []), prompt: [0, 3], answer: [1, 1]), Near);

    [Fact]
    public void Apply_Biases_AreAdded() => Assert.Equal(
        [101, 2, -97.5f],
        Adjusted([1, 2, 3], new TokenAdjustments(1, 0, 0, [new(0, 100), new(2, -100), new(2, -.5f)]), [], []),
        Near);

    [Property]
    public Property Apply_AnyHistory_IsTheFormulaForEachToken() =>
        Prop.ForAll(Histories, Histories, Gen.Choose(-200, 200).Three().ToArbitrary(), (prompt, answer, numbers) =>
        {
            var (presence, frequency, bias) = (numbers.Item1 / 100f, numbers.Item2 / 100f, numbers.Item3 / 2f);
            float[] logits = [.5f, -1, 2, 0, -3];
            var adjustments = new TokenAdjustments(1.5f, presence, frequency, [new(2, bias)]);
            return Adjusted(logits, adjustments, prompt, answer).Index().All(token =>
            {
                var raw = logits[token.Index];
                var count = answer.Count(said => said == token.Index);
                var penalized = prompt.Concat(answer).Contains(token.Index) ? raw < 0 ? raw * 1.5f : raw / 1.5f : raw;
                var expected = penalized - (count > 0 ? presence : 0) - (count * frequency) + (token.Index == 2 ? bias : 0);
                return Near(expected, token.Item);
            });
        });

    [Fact]
    public void Next_BiasOfAHundred_DecidesAlsoWithoutDrawing()
    {
        var history = new TokenHistory(new TokenAdjustments(1, 0, 0, [new(0, 100), new(1, -100)]), []);

        Assert.Equal(0, new Sampler().Next([1, 9, 3], SamplingPolicy.Greedy.Instance, 0, history));
    }

    [Fact]
    public void Next_PenaltyForWhatWasSaid_GoesOnToTheNext()
    {
        var history = new TokenHistory(new TokenAdjustments(1, 2, 0, []), []);
        var sampler = new Sampler();
        float[] logits = [1, 3, 2];

        var said = Enumerable.Range(0, 4).Select(index =>
        {
            var token = sampler.Next(logits, SamplingPolicy.Greedy.Instance, index, history);
            history.Add(token);
            return token;
        });

        Assert.Equal([1, 2, 0, 1], said);
        Assert.Equal([1, 3, 2], logits);
    }

    [Fact]
    public void Next_WarmSamplerAndNoNewToken_AllocatesNothing()
    {
        var history = new TokenHistory(new TokenAdjustments(1.1f, .5f, .5f, [new(3, 1)]), [1, 2, 3]);
        var sampler = new Sampler();
        var policy = SamplingPolicy.Resolve(new SamplingOptions(.7, .9, 40, .01, 1), SamplingDefaults.Silent, 0);
        var logits = Enumerable.Range(0, 1000).Select(i => MathF.Sin(i)).ToArray();
        history.Add(sampler.Next(logits, policy, 0, history));

        var allocated = Allocations.LeastOf(() =>
        {
            for (var index = 0; index < 100; index++)
            {
                sampler.Next(logits, policy, index, history);
            }
        });

        Assert.Equal(0, allocated);
    }

    private static Arbitrary<int[]> Histories => Gen.Choose(0, 4).ListOf().Select(tokens => tokens.ToArray()).ToArbitrary();

    private static bool Near(float expected, float actual) => Math.Abs(expected - actual) <= 1e-5f * Math.Max(1, Math.Abs(expected));

    private static float[] Adjusted(float[] logits, TokenAdjustments adjustments, int[] prompt, int[] answer)
    {
        var history = new TokenHistory(adjustments, prompt);
        foreach (var token in answer)
        {
            history.Add(token);
        }
        float[] adjusted = [.. logits];
        history.Adjust(adjusted);
        return adjusted;
    }
}
