using System.Diagnostics;
using MlxActors.Generation;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.Sse;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>One answer as server-sent events. The first chunk, and it alone, carries the role; comments may come before it.</summary>
internal sealed class ChatCompletionStream : IDisposable
{
    private readonly AnswerHead _head;
    private readonly bool _includeUsage;
    private readonly ServerSentEvents _events;
    private bool _roleIsOut;

    /// <summary>Starts the response.</summary>
    /// <inheritdoc cref="ServerSentEvents(HttpResponse, TimeSpan)"/>
    public ChatCompletionStream(HttpResponse response, AnswerHead head, bool includeUsage, TimeSpan stall)
    {
        _head = head;
        _includeUsage = includeUsage;
        _events = new ServerSentEvents(response, stall);
    }

    public void Write(GenerationEvent happened)
    {
        switch (happened)
        {
            case GenerationEvent.Started:
                break;
            case GenerationEvent.Progress progress:
                _events.WriteComment(CommentOf(progress));
                break;
            case GenerationEvent.Text text:
                WriteRoleOnce(hasContent: true);
                _events.Write((this, text.Delta), static (json, chunk) =>
                    Answer.WriteText(json, chunk.Item1._head, chunk.Delta, chunk.Item1._includeUsage));
                break;
            case GenerationEvent.ToolCall call:
                WriteRoleOnce(hasContent: false);
                WriteCall(call);
                break;
            case GenerationEvent.Finished finished:
                WriteRoleOnce(hasContent: true);
                WriteEnd(finished);
                break;
            case GenerationEvent.Failed failed:
                // Too late for a status; and no [DONE], so that nobody takes the answer for whole.
                _events.Write(failed.Error.ToApiError(), ErrorWriter.Write);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <inheritdoc cref="ServerSentEvents.FlushAsync"/>
    public ValueTask<bool> FlushAsync(CancellationToken cancellationToken) => _events.FlushAsync(cancellationToken);

    public void Dispose() => _events.Dispose();

    private static string CommentOf(GenerationEvent.Progress progress) => progress switch
    {
        GenerationEvent.Queued(var position) => $"queued {position}",
        GenerationEvent.Loading(var fraction) => $"loading {(int)(100 * fraction)}%",
        GenerationEvent.Prefilling(var done, var total) => $"prefill {done}/{total}",
        _ => throw new UnreachableException(),
    };

    private void WriteRoleOnce(bool hasContent)
    {
        if (!_roleIsOut)
        {
            _roleIsOut = true;
            _events.Write((this, hasContent), static (json, role) =>
                Answer.WriteRole(json, role.Item1._head, role.hasContent, role.Item1._includeUsage));
        }
    }

    private void WriteCall(GenerationEvent.ToolCall call)
    {
        _events.Write((this, call), static (json, chunk) =>
            Answer.WriteCallStart(json, chunk.Item1._head, chunk.call, chunk.Item1._includeUsage));
        _events.Write((this, call), static (json, chunk) =>
            Answer.WriteCallArguments(json, chunk.Item1._head, chunk.call, chunk.Item1._includeUsage));
    }

    private void WriteEnd(GenerationEvent.Finished finished)
    {
        _events.Write((this, finished.Reason), static (json, end) =>
            Answer.WriteFinish(json, end.Item1._head, end.Reason, end.Item1._includeUsage));
        if (_includeUsage)
        {
            _events.Write((_head, finished.Usage), static (json, end) => Answer.WriteUsageChunk(json, end._head, end.Usage));
        }
        _events.WriteDone();
    }
}
