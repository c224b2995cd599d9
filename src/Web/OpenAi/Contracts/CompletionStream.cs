using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.Sse;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>The answers to the prompts of one text completion as server-sent events.</summary>
internal sealed class CompletionStream : IAnswerStream
{
    private readonly AnswerHead _head;
    private readonly string[] _openings;
    private readonly int[] _offsets;
    private readonly int _perPrompt;
    private readonly bool _includeUsage;
    private readonly ServerSentEvents _events;
    private readonly Usage[] _usages;
    private AnswerTimings? _timings;
    private int _running;

    /// <param name="openings">The text before each answer.</param>
    /// <param name="perPrompt">How many of the answers, in order, are to one prompt.</param>
    /// <inheritdoc cref="ServerSentEvents(HttpResponse, TimeSpan)"/>
    public CompletionStream(
        HttpResponse response, AnswerHead head, IReadOnlyList<string> openings, int perPrompt, bool includeUsage, TimeSpan stall)
    {
        (_head, _openings, _perPrompt, _includeUsage) = (head, [.. openings], perPrompt, includeUsage);
        (_offsets, _usages, _running) = (new int[openings.Count], new Usage[openings.Count], openings.Count);
        _events = new ServerSentEvents(response, stall);
    }

    public void Write(int choice, GenerationEvent happened)
    {
        switch (happened)
        {
            case GenerationEvent.Started:
                break;
            case GenerationEvent.Progress progress:
                _events.WriteComment(ProgressText.Of(progress));
                break;
            case GenerationEvent.Text text:
                WriteChoice(choice, text.Delta, text.Logprobs, null, AnswerTimings.Of(text));
                break;
            case GenerationEvent.Finished finished:
                _timings = AnswerTimings.Add(_timings, AnswerTimings.Of(finished));
                WriteChoice(choice, "", finished.Logprobs, finished.Reason, _running == 1 && !_includeUsage ? _timings : null);
                Finish(choice, finished.Usage);
                break;
            case GenerationEvent.Failed failed:
                // Too late for a status; and no [DONE], so that nobody takes the answer for whole.
                _events.Write(failed.Error.ToApiError(), ErrorWriter.Write);
                break;
            default:
                throw new UnreachableException();
        }
    }

    public ValueTask<bool> FlushAsync(CancellationToken cancellationToken) => _events.FlushAsync(cancellationToken);

    public void Dispose() => _events.Dispose();

    private void WriteChoice(int choice, string text, ImmutableArray<TokenLogprob> logprobs, FinishReason? reason, AnswerTimings? timings = null)
    {
        var (opening, offset) = (_openings[choice], _offsets[choice]);
        (_openings[choice], _offsets[choice]) = ("", offset + CompletionLogprobs.LengthOf(logprobs.AsSpan()));
        Write(json => CompletionJson.WriteChoice(json, choice, opening + text, logprobs.IsEmpty ? null : logprobs, offset, reason), null, timings);
    }

    private void Finish(int choice, Usage usage)
    {
        _usages[choice] = usage;
        if (--_running > 0)
        {
            return;
        }
        if (_includeUsage)
        {
            Write(_ => { }, CompletionJson.Total(_usages, _perPrompt), _timings);
        }
        _events.WriteDone();
    }

    private void Write(Action<Utf8JsonWriter> choices, Usage? usage, AnswerTimings? timings) => _events.Write((this, choices, usage, timings), static (json, chunk) =>
    {
        CompletionJson.WriteStart(json, chunk.Item1._head);
        chunk.choices(json);
        json.WriteEndArray();
        if (chunk.usage is { } counts)
        {
            Answer.WriteUsage(json, counts);
        }
        else if (chunk.Item1._includeUsage)
        {
            json.WriteNull("usage"u8);
        }
        AnswerTimings.Write(json, chunk.timings);
        json.WriteEndObject();
    });
}
