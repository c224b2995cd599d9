using System.Collections.Immutable;
using MlxActors.Generation;
using MlxActors.Web.Engine;
using MlxActors.Web.OpenAi.Contracts;

namespace MlxActors.Web.Telemetry;

/// <summary>What is known of one HTTP request at its end; the events of its answers are noted one at a time.</summary>
/// <param name="id">The client's own, or a fresh one.</param>
internal sealed class RequestRecord(string id)
{
    public string Id => id;

    /// <summary>What is generated for it; empty when it asks for no answer.</summary>
    public ImmutableArray<GenerationRequest> Requests { get; private set; } = [];

    /// <summary>A finish reason or the kind of an error; null when the answer broke off.</summary>
    public string? Outcome { get; private set; }

    public int PromptTokens { get; private set; }

    public int CompletionTokens { get; private set; }

    public Timings Timings { get; private set; } = Timings.Zero;

    public void Begin(ImmutableArray<GenerationRequest> requests) => Requests = requests;

    public ChoiceEvent Note(ChoiceEvent choice)
    {
        switch (choice.Happened)
        {
            case GenerationEvent.Started(var tokens):
                PromptTokens += tokens;
                break;
            case GenerationEvent.Finished finished:
                Outcome = System.Text.Encoding.UTF8.GetString(Answer.NameOf(finished.Reason));
                CompletionTokens += finished.Usage.CompletionTokens;
                Timings += finished.Timings ?? Timings.Zero;
                break;
            case GenerationEvent.Failed(var error):
                Outcome = error.GetType().Name;
                break;
        }
        return choice;
    }
}
