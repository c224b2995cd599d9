using System.Collections.Immutable;
using System.Text;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>One answer being put together from its events.</summary>
internal sealed class WholeChoice(bool hasLogprobs)
{
    private readonly StringBuilder _content = new();
    private readonly List<GenerationEvent.ToolCall> _calls = [];
    private readonly List<TokenLogprob> _logprobs = [];

    /// <summary>Null when there is no text, but a call.</summary>
    public string? Content => _content.Length == 0 && _calls.Count > 0 ? null : _content.ToString();

    public IReadOnlyList<GenerationEvent.ToolCall> Calls => _calls;

    /// <summary>Null when none were asked for.</summary>
    public ImmutableArray<TokenLogprob>? Logprobs => hasLogprobs ? [.. _logprobs] : null;

    /// <summary>Null until the answer has ended.</summary>
    public GenerationEvent.Finished? Finished { get; private set; }

    public void Add(GenerationEvent happened)
    {
        switch (happened)
        {
            case GenerationEvent.Text text:
                _content.Append(text.Delta);
                _logprobs.AddRange(text.Logprobs);
                break;
            case GenerationEvent.ToolCall call:
                _calls.Add(call);
                break;
            case GenerationEvent.Finished finished:
                _logprobs.AddRange(finished.Logprobs);
                Finished = finished;
                break;
        }
    }
}
