using System.Collections.Immutable;
using MlxActors.Models.Chat;

namespace MlxActors.Generation;

/// <summary>Names one request in logs, messages and answers.</summary>
public readonly record struct RequestId(Guid Value)
{
    public static RequestId New() => new(Guid.NewGuid());

    public override string ToString() => Value.ToString("n");
}

/// <summary>What a request says about sampling; null leaves it to the checkpoint's own defaults.</summary>
public sealed record SamplingOptions(double? Temperature, double? TopP, int? TopK, double? MinP, ulong? Seed)
{
    public static SamplingOptions Unset { get; } = new(null, null, null, null, null);
}

/// <summary>One answer to be generated: validated at the edge, immutable from there on.</summary>
/// <param name="Model">Alias, repository id or folder, as the client wrote it.</param>
/// <param name="MaxTokens">Most tokens of the answer; null: until the model ends it or the window is full.</param>
/// <param name="Stop">Texts that end the answer; they are not part of it.</param>
public sealed record GenerationRequest(
    RequestId Id,
    string Model,
    Conversation Conversation,
    SamplingOptions Sampling,
    int? MaxTokens,
    ImmutableArray<string> Stop);
