using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MlxActors.Generation.Constraints;
using MlxActors.Generation.Sampling;
using MlxActors.Models.Chat;

namespace MlxActors.Generation;

/// <summary>Names one request in logs, messages and answers.</summary>
public readonly record struct RequestId(Guid Value)
{
    private const int ToolCallDigits = 24;

    public static RequestId New() => new(Guid.NewGuid());

    /// <summary>What log lines name instead: the request from outside that this one is part of; null: itself.</summary>
    public string? Origin { get; init; }

    /// <summary>The name in log lines.</summary>
    public string LogName => Origin ?? ToString();

    public override string ToString() => Value.ToString("n");

    /// <summary>
    /// The id of the answer's call of a tool at this place: in OpenAI's form, and within the 40 characters that its API allows.
    /// </summary>
    public string ToolCall(int index) =>
        $"call_{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{this}/{index}")))[..ToolCallDigits]}";
}

/// <summary>What a request says about sampling; null leaves it to the checkpoint's own defaults.</summary>
public sealed record SamplingOptions(double? Temperature, double? TopP, int? TopK, double? MinP, ulong? Seed)
{
    public static SamplingOptions Unset { get; } = new(null, null, null, null, null);

    /// <summary>See <see cref="TokenAdjustments"/> for these four.</summary>
    public double? RepetitionPenalty { get; init; }

    public double? PresencePenalty { get; init; }

    public double? FrequencyPenalty { get; init; }

    public ImmutableArray<TokenBias> LogitBias { get; init; } = [];
}

/// <summary>One answer to be generated: validated at the edge, immutable from there on.</summary>
/// <param name="Model">Alias, repository id or folder, as the client wrote it.</param>
/// <param name="MaxTokens">Most tokens of the answer; null: until the model ends it or the window is full.</param>
/// <param name="Stop">Texts that end the answer; they are not part of it.</param>
public sealed record GenerationRequest(
    RequestId Id,
    string Model,
    Prompt Prompt,
    SamplingOptions Sampling,
    int? MaxTokens,
    ImmutableArray<string> Stop)
{
    /// <summary>Whether the answer may hold more than one call of a tool.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>How many of the most likely tokens are told at each place, beside the chosen one's probability; null: neither.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>Whether each text of the answer tells what was measured up to it.</summary>
    public bool TimingsPerToken { get; init; }

    /// <summary>What the answer must be; null: anything.</summary>
    public AnswerForm? Form { get; init; }

    /// <summary>What happens when the conversation outgrows the window; null: as configured.</summary>
    public OverflowPolicy? OnOverflow { get; init; }

    /// <summary>The span that the request's own are put under; default: none.</summary>
    public ActivityContext Parent { get; init; }
}

/// <summary>What happens to a conversation that outgrows the context window. Nothing is ever left out silently.</summary>
public enum OverflowPolicy
{
    /// <summary>The model summarises the older messages.</summary>
    Summarize,

    /// <summary>The request is refused.</summary>
    Error,
}
