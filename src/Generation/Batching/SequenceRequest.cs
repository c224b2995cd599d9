using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Models;

namespace MlxActors.Generation.Batching;

/// <summary>A prompt that fits, ready for the engine.</summary>
/// <param name="Credit">Tokens that may be made before the reader takes some; more come with <see cref="BatchRunner.Grant"/>.</param>
public sealed record SequenceRequest(RequestId Id, PreparedPrompt Prompt, SamplingPolicy Sampling, TokenLimits Limits, int Credit);

/// <summary>A token of an answer; <paramref name="Finished"/> says why it is the last, null when it is not.</summary>
public readonly record struct SampledToken(RequestId Id, int Token, FinishReason? Finished);

/// <summary>A sequence that the engine could not go on with; it is gone.</summary>
public sealed record FailedSequence(RequestId Id, Exception Cause);

/// <param name="MaxBatch">Most sequences that run at a time.</param>
/// <param name="PrefillChunk">Tokens of a prompt that one step reads.</param>
public sealed record BatchLimits(int MaxBatch, int PrefillChunk);
