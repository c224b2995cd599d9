using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.Sse;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>A response as typed events, numbered, in the order in which OpenAI sends them.</summary>
internal sealed class ResponseStream : IAnswerStream
{
    private readonly ResponseHead _head;
    private readonly OutputItems _output;
    private readonly Action<ResponseState.Ended> _keep;
    private readonly ServerSentEvents _events;
    private readonly int _after;
    private int _number;

    /// <param name="keep">Called with the whole response before the client learns that it has ended.</param>
    /// <param name="after">The number of the last event that the client has already; -1: it has none.</param>
    /// <inheritdoc cref="ServerSentEvents(HttpResponse, TimeSpan)"/>
    public ResponseStream(HttpResponse response, ResponseHead head, Action<ResponseState.Ended> keep, TimeSpan stall, int after = -1)
    {
        (_head, _output, _keep, _after) = (head, new OutputItems(head.Request), keep, after);
        _events = new ServerSentEvents(response, stall);
        WriteState("response.created", new ResponseState.InProgress());
        WriteState("response.in_progress", new ResponseState.InProgress());
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
                OpenMessage();
                _output.Append(text.Delta, text.Logprobs);
                WriteInText("response.output_text.delta", json =>
                {
                    json.WriteString("delta"u8, text.Delta);
                    LogprobsJson.WriteTokens(json, "logprobs"u8, text.Logprobs);
                });
                break;
            case GenerationEvent.ToolCall call:
                CloseMessage("completed");
                WriteCall(call);
                break;
            case GenerationEvent.Finished finished:
                Finish(finished);
                break;
            case GenerationEvent.Failed failed:
                WriteState("response.failed", new ResponseState.Broken(_output.Items, failed.Error.ToApiError()));
                break;
            default:
                throw new UnreachableException();
        }
    }

    public ValueTask<bool> FlushAsync(CancellationToken cancellationToken) => _events.FlushAsync(cancellationToken);

    public void Dispose() => _events.Dispose();

    private void Finish(GenerationEvent.Finished finished)
    {
        // A response without any text is still a message.
        if (_output.Items.Count == 0)
        {
            OpenMessage();
        }
        _output.Append("", finished.Logprobs);
        var state = new ResponseState.Ended(_output.Items, finished.Reason, finished.Usage);
        CloseMessage(ResponseJson.StatusOf(state));
        _keep(state);
        WriteState(state.IsCut ? "response.incomplete" : "response.completed", state);
    }

    private void OpenMessage()
    {
        if (_output.Open is null)
        {
            WriteItem("response.output_item.added", _output.OpenMessage(), "in_progress");
            WriteInText("response.content_part.added", json => WritePart(json, "", []));
        }
    }

    private void CloseMessage(string status)
    {
        if (_output.Open is { } message)
        {
            WriteInText("response.output_text.done", json =>
            {
                json.WriteString("text"u8, message.Text);
                LogprobsJson.WriteTokens(json, "logprobs"u8, message.Logprobs);
            });
            WriteInText("response.content_part.done", json => WritePart(json, message.Text, message.Logprobs));
            WriteItem("response.output_item.done", message, status);
        }
    }

    private void WriteCall(GenerationEvent.ToolCall call)
    {
        var item = _output.Add(call);
        WriteItem("response.output_item.added", item, "in_progress");
        WriteInItem("response.function_call_arguments.delta", json => json.WriteString("delta"u8, call.Arguments));
        WriteInItem("response.function_call_arguments.done", json =>
        {
            json.WriteString("name"u8, call.Name);
            json.WriteString("arguments"u8, call.Arguments);
        });
        WriteItem("response.output_item.done", item, "completed");
    }

    private static void WritePart(Utf8JsonWriter json, string text, ImmutableArray<TokenLogprob> logprobs)
    {
        json.WritePropertyName("part"u8);
        OutputItem.WriteText(json, text, logprobs);
    }

    private void WriteState(string type, ResponseState state) => Write(type, json =>
    {
        json.WritePropertyName("response"u8);
        ResponseJson.Write(json, _head, state);
    });

    private void WriteItem(string type, OutputItem item, string status) => Write(type, json =>
    {
        json.WriteNumber("output_index"u8, _output.LastIndex);
        json.WritePropertyName("item"u8);
        item.Write(json, status);
    });

    private void WriteInItem(string type, Action<Utf8JsonWriter> fields) => Write(type, json =>
    {
        json.WriteString("item_id"u8, _output.Items[^1].Id);
        json.WriteNumber("output_index"u8, _output.LastIndex);
        fields(json);
    });

    private void WriteInText(string type, Action<Utf8JsonWriter> fields) => WriteInItem(type, json =>
    {
        json.WriteNumber("content_index"u8, 0);
        fields(json);
    });

    private void Write(string type, Action<Utf8JsonWriter> fields)
    {
        var number = _number++;
        if (number <= _after)
        {
            return;
        }
        _events.Write(type, (type, fields, number), static (json, happened) =>
        {
            json.WriteStartObject();
            json.WriteString("type"u8, happened.type);
            json.WriteNumber("sequence_number"u8, happened.number);
            happened.fields(json);
            json.WriteEndObject();
        });
    }
}
