using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Speculation;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;

namespace MlxActors.Generation.Batching;

/// <summary>A prompt that fits, ready for the engine.</summary>
/// <param name="Credit">Tokens that may be made before the reader takes some; more come with <see cref="BatchRunner.Grant"/>.</param>
public sealed record SequenceRequest(RequestId Id, PreparedPrompt Prompt, SamplingPolicy Sampling, TokenLimits Limits, int Credit)
{
    public TokenAdjustments Adjustments { get; init; } = TokenAdjustments.None;

    /// <inheritdoc cref="GenerationRequest.TopLogprobs"/>
    public int? TopLogprobs { get; init; }

    /// <summary>What the answer must be; null: anything.</summary>
    public Grammar? Grammar { get; init; }

    /// <summary>Tokens that prompt and answer may come to.</summary>
    public int MaxLength => Prompt.Tokens.Length + Limits.MaxTokens;

    /// <summary>
    /// Brings together what the request asks and what the model is; an error when the window does not hold it, or a token is not the
    /// model's.
    /// </summary>
    /// <param name="calls">How the model writes calls of tools, for answers that must be some.</param>
    /// <param name="freshSeed">For a request without a seed.</param>
    /// <param name="unasked">Tokens of an answer for a request without a limit of its own.</param>
    public static Result<SequenceRequest, GenerationError> Of(
        GenerationRequest request, ModelInfo model, CallSyntax calls, PreparedPrompt prompt, ulong freshSeed, ReplyRoom unasked, int credit) =>
        Budget.Reply(model.ContextWindow, prompt.Tokens.Length, request.MaxTokens, unasked)
            .MapError<GenerationError>(error => error)
            .Bind(reply => CheckBiases(request, model.VocabSize).Map(_ => reply))
            .Bind(reply => GrammarOf(request, calls).Map(grammar => (Reply: reply, Grammar: grammar)))
            .Map(whole => new SequenceRequest(
                request.Id,
                prompt,
                SamplingPolicy.Resolve(request.Sampling, model.Sampling, freshSeed),
                new TokenLimits(model.EndOfSequence, whole.Reply),
                credit)
            {
                Adjustments = TokenAdjustments.Of(request.Sampling),
                TopLogprobs = request.TopLogprobs,
                Grammar = whole.Grammar,
            });

    private static Result<Grammar?, GenerationError> GrammarOf(GenerationRequest request, CallSyntax calls) =>
        request.Form is not { } form ? Result.Ok<Grammar?, GenerationError>(null)
        : form.ToGrammar(calls) is { } grammar ? Result.Ok<Grammar?, GenerationError>(grammar)
        : new GenerationError.InvalidPrompt(request.Model, "the schemas of all tools together are too large to hold an answer to.", "tools");

    private static Result<GenerationRequest, GenerationError> CheckBiases(GenerationRequest request, int vocabulary)
    {
        foreach (var (token, _) in request.Sampling.LogitBias)
        {
            if (token >= vocabulary)
            {
                return new GenerationError.InvalidPrompt(
                    request.Model, $"it has no token {token}; the last is {vocabulary - 1}.", "logit_bias");
            }
        }
        return request;
    }
}

/// <summary>A token of an answer; <paramref name="Finished"/> says why it is the last, null when it is not.</summary>
/// <param name="Scores">When the request asks for them.</param>
/// <param name="CachedTokens"><inheritdoc cref="Usage.CachedTokens"/></param>
/// <param name="Speculation"><inheritdoc cref="Usage.Speculation"/></param>
public readonly record struct SampledToken(
    RequestId Id, int Token, FinishReason? Finished, TokenScores? Scores, int CachedTokens, SpeculationCounts Speculation);

/// <summary>A sequence that the engine could not go on with; it is gone.</summary>
public sealed record FailedSequence(RequestId Id, Exception Cause);
