using System.Diagnostics;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.Sse;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>
/// The answers to one request as server-sent events. The first chunk of each, and it alone, carries the role; comments may come before it.
/// </summary>
internal sealed class ChatCompletionStream : IAnswerStream
{
    private readonly AnswerChunk _chunk;
    private readonly bool _includeUsage;
    private readonly ServerSentEvents _events;
    private readonly bool[] _roleIsOut;
    private Usage? _usage;
    private AnswerTimings? _timings;
    private int _running;

    /// <summary>Starts the response.</summary>
    /// <inheritdoc cref="ServerSentEvents(HttpResponse, TimeSpan)"/>
    public ChatCompletionStream(HttpResponse response, AnswerHead head, int choices, bool includeUsage, TimeSpan stall)
    {
        (_chunk, _includeUsage) = (new AnswerChunk(head, includeUsage), includeUsage);
        (_running, _roleIsOut) = (choices, new bool[choices]);
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
                WriteRoleOnce(choice, hasContent: true);
                _events.Write((_chunk, choice, text), static (json, part) => part._chunk.WriteText(json, part.choice, part.text));
                break;
            case GenerationEvent.ToolCall call:
                WriteRoleOnce(choice, hasContent: false);
                _events.Write((_chunk, choice, call), static (json, part) => part._chunk.WriteCallStart(json, part.choice, part.call));
                _events.Write((_chunk, choice, call), static (json, part) => part._chunk.WriteCallArguments(json, part.choice, part.call));
                break;
            case GenerationEvent.Finished finished:
                WriteRoleOnce(choice, hasContent: true);
                WriteFinish(choice, finished);
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

    private void WriteRoleOnce(int choice, bool hasContent)
    {
        if (!_roleIsOut[choice])
        {
            _roleIsOut[choice] = true;
            _events.Write((_chunk, choice, hasContent), static (json, role) => role._chunk.WriteRole(json, role.choice, role.hasContent));
        }
    }

    private void WriteFinish(int choice, GenerationEvent.Finished finished)
    {
        _timings = AnswerTimings.Add(_timings, AnswerTimings.Of(finished));
        var timings = _running == 1 && !_includeUsage ? _timings : null;
        _events.Write(
            (_chunk, choice, finished, timings), static (json, end) => end._chunk.WriteFinish(json, end.choice, end.finished, end.timings));
        _usage = _usage is null ? finished.Usage : Answer.Add(_usage, finished.Usage);
        if (--_running > 0)
        {
            return;
        }
        if (_includeUsage)
        {
            _events.Write((_chunk, _usage, _timings), static (json, end) => end._chunk.WriteUsage(json, end._usage, end._timings));
        }
        _events.WriteDone();
    }
}
