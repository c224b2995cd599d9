using System.Collections.Immutable;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Speculation;

namespace MlxActors.Generation;

public enum FinishReason
{
    /// <summary>The model ended its turn, or a stop text came.</summary>
    Stop,

    /// <summary>The token limit or the context window was reached.</summary>
    Length,

    /// <summary>The model ended its turn, and at least one call of a tool came out of it.</summary>
    ToolCalls,
}

/// <param name="PromptTokens">Tokens of the prompt, media included.</param>
/// <param name="CompletionTokens">Tokens generated, the one that ended the turn included.</param>
public sealed record Usage(int PromptTokens, int CompletionTokens)
{
    public int TotalTokens => PromptTokens + CompletionTokens;

    /// <summary>Tokens of the prompt whose keys and values were still there from an earlier request.</summary>
    public int CachedTokens { get; init; }

    /// <summary>What was guessed of the answer to check several tokens in one pass, and how much of it rightly.</summary>
    public SpeculationCounts Speculation { get; init; }

    /// <summary>What was summarised to make the prompt fit; null: nothing.</summary>
    public SummaryUsage? Summary { get; init; }
}

/// <param name="Messages">Messages that a summary stands for.</param>
/// <param name="Tokens">Tokens generated for it.</param>
public sealed record SummaryUsage(int Messages, int Tokens);

/// <summary>What was counted and measured of an answer up to now.</summary>
public sealed record AnswerSoFar(Usage Usage, Timings Timings);

/// <summary>A token of an answer and how likely the model itself held it (<see cref="TokenScores"/>).</summary>
/// <param name="Bytes">What it stands for; part of a character, sometimes.</param>
/// <param name="Top">The most likely tokens at its place, best first; theirs are empty.</param>
public sealed record TokenLogprob(ImmutableArray<byte> Bytes, float Logprob, ImmutableArray<TokenLogprob> Top);

/// <summary>
/// What happens to a request, in order: <see cref="Started"/>, any number of <see cref="Text"/> and <see cref="ToolCall"/>, and one
/// <see cref="Finished"/>; or at any point one <see cref="Failed"/>, which is the last. Before the first text, <see cref="Progress"/> comes
/// now and then.
/// </summary>
public abstract record GenerationEvent
{
    private GenerationEvent()
    {
    }

    /// <summary>The prompt is accepted and in the engine.</summary>
    public sealed record Started(int PromptTokens) : GenerationEvent
    {
        /// <inheritdoc cref="Usage.Summary"/>
        public SummaryUsage? Summary { get; init; }
    }

    /// <summary>More of the answer; never empty.</summary>
    public sealed record Text(string Delta) : GenerationEvent
    {
        /// <summary>
        /// When asked for: the tokens since the last text. Their text may reach beyond this one, or into a call, when it was held back.
        /// </summary>
        public ImmutableArray<TokenLogprob> Logprobs { get; init; } = [];

        /// <summary>When asked for.</summary>
        public AnswerSoFar? SoFar { get; init; }
    }

    /// <summary>A call of a tool, whole.</summary>
    /// <param name="Index">Its place among the calls of the answer.</param>
    /// <param name="Arguments">A JSON object as text.</param>
    public sealed record ToolCall(int Index, string Id, string Name, string Arguments) : GenerationEvent;

    public sealed record Finished(FinishReason Reason, Usage Usage) : GenerationEvent
    {
        /// <summary>When asked for: the tokens since the last text.</summary>
        public ImmutableArray<TokenLogprob> Logprobs { get; init; } = [];

        /// <summary>Null when nobody measured.</summary>
        public Timings? Timings { get; init; }
    }

    public sealed record Failed(GenerationError Error) : GenerationEvent;

    // What a request waits for

    public abstract record Progress : GenerationEvent
    {
        private protected Progress()
        {
        }
    }

    /// <param name="Position">Its place in the queue, from 1.</param>
    public sealed record Queued(int Position) : Progress;

    /// <param name="Fraction">How much of its model has been read, from 0 to 1.</param>
    public sealed record Loading(double Fraction) : Progress;

    /// <summary>The conversation has outgrown the window; its older messages are being summarised.</summary>
    /// <param name="Messages">How many.</param>
    public sealed record Summarizing(int Messages) : Progress;

    /// <param name="Done">Tokens of the prompt that have been read.</param>
    /// <param name="Total">Tokens of the prompt.</param>
    public sealed record Prefilling(int Done, int Total) : Progress;
}

/// <summary>Why a request got no answer, or no whole one.</summary>
public abstract record GenerationError
{
    private GenerationError()
    {
    }

    /// <summary>For people.</summary>
    public abstract string Message { get; }

    /// <summary>No such alias, repository or folder, or it is not on this machine.</summary>
    public sealed record ModelNotFound(string Model, string Reason) : GenerationError
    {
        public override string Message => $"The model '{Model}' was not found: {Reason}";
    }

    /// <summary>The checkpoint is there, but wrong.</summary>
    public sealed record LoadFailed(string Model, string Reason) : GenerationError
    {
        public override string Message => $"The model '{Model}' could not be loaded: {Reason}";
    }

    /// <summary>The conversation cannot be put to this model.</summary>
    /// <param name="Field">The request's field, such as <c>messages[1].content[0].image_url</c>.</param>
    public sealed record InvalidPrompt(string Model, string Reason, string? Field) : GenerationError
    {
        public override string Message => $"The model '{Model}' cannot take this request: {Reason}";
    }

    /// <param name="Reply">Room asked for the answer; null when none was asked.</param>
    public sealed record ContextLengthExceeded(int Window, int PromptTokens, int? Reply) : GenerationError
    {
        public override string Message => $"This model's maximum context length is {Window} tokens. However, " + (Reply is { } reply
            ? $"you requested {(long)PromptTokens + reply} tokens ({PromptTokens} in the messages, {reply} in the completion). "
                + "Please reduce the length of the messages or completion."
            : $"your messages resulted in {PromptTokens} tokens. Please reduce the length of the messages.");
    }

    /// <summary>No room will ever be large enough for the request, even when nothing else runs.</summary>
    /// <param name="Needed">Bytes of KV cache.</param>
    /// <param name="Available">Bytes that all sequences share.</param>
    public sealed record TooLargeForMemory(long Needed, long Available) : GenerationError
    {
        public override string Message => $"This request may need {Needed >> 20} MiB of KV cache for its prompt and its answer, of the {Available >> 20} MiB "
            + "that the server has for all. Please reduce the length of the messages, or max_tokens.";
    }

    /// <summary>Nobody took the answer for too long.</summary>
    public sealed record ReaderStalled(TimeSpan After) : GenerationError
    {
        public override string Message => $"The answer was not read for {After.TotalSeconds:0.#} seconds.";
    }

    /// <summary>The queue is full.</summary>
    public sealed record Overloaded(TimeSpan RetryAfter) : GenerationError
    {
        public override string Message => "The server has too many requests waiting; try again later.";
    }

    /// <summary>The engine failed while it worked on this request: a fault of the server.</summary>
    public sealed record EngineFailed(string Reason) : GenerationError
    {
        public override string Message => $"The engine failed: {Reason}";
    }

    /// <summary>The server is going down.</summary>
    public sealed record ShuttingDown : GenerationError
    {
        public override string Message => "The server is shutting down.";
    }
}
