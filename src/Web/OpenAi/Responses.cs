using System.Collections.Immutable;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;
using MlxActors.Web.Engine;
using MlxActors.Web.Media;
using MlxActors.Web.OpenAi.Contracts;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.OpenAi.Parsing;
using MlxActors.Web.Telemetry;

namespace MlxActors.Web.OpenAi;

/// <summary><c>/v1/responses</c>: chat completions in another form, which may be kept and continued.</summary>
internal sealed class Responses(
    SupervisorClient supervisor, MediaResolver resolver, ResponseStore store, TimeLimits times, TimeProvider clock, Func<RequestId> newId)
{
    private const string PromptField = "input";

    public async Task CreateAsync(HttpContext context)
    {
        var read = await JsonBody.ReadAsync(context.Request, body =>
            ResponseDecoder.Read(body, newId(), store.Find));
        await read.Match(
            async call =>
            {
                var media = await resolver.ResolveAsync(call.Chat.Media, context.RequestAborted);
                await media.Match(media => AnswerAsync(call.With(media), context), context.Response.WriteAsync);
            },
            context.Response.WriteAsync);
    }

    public Task GetAsync(string id, HttpContext context) => store.Find(id) is not { } known
        ? context.Response.WriteAsync(NotFound(id))
        : ReplayPlan.Read(context.Request.Query).Match(
            plan => plan.Stream
                ? ReplayAsync(known, plan.After, context)
                : context.Response.WriteJsonAsync(json => json.WriteRawValue(known.Json)),
            context.Response.WriteAsync);

    public Task ListInputAsync(string id, HttpContext context) => store.Find(id) is { } known
        ? ItemPage.Read(context.Request.Query).Match(
            page => context.Response.WriteJsonAsync(json => page.Write(json, known.Input)), context.Response.WriteAsync)
        : context.Response.WriteAsync(NotFound(id));

    /// <summary>Only responses that run in the background can be cancelled, and none does.</summary>
    public Task CancelAsync(string id, HttpContext context) => context.Response.WriteAsync(store.Find(id) is null
        ? NotFound(id)
        : ApiError.BadRequest("Only responses created with 'background' can be cancelled; leave a running one by closing its connection.", null));

    public Task DeleteAsync(string id, HttpContext context) => store.Remove(id)
        ? context.Response.WriteJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("object"u8, "response"u8);
            json.WriteBoolean("deleted"u8, true);
            json.WriteEndObject();
        })
        : context.Response.WriteAsync(NotFound(id));

    private async Task AnswerAsync(ResponseCall call, HttpContext context)
    {
        var (head, request) = (ResponseHead.For(call, clock), call.Chat.Request);
        var said = ImmutableArray.CreateBuilder<GenerationEvent>();
        var events = supervisor.GenerateAsync([request], context).Select(happened =>
        {
            if (call.Store && happened.Happened is GenerationEvent.Text or GenerationEvent.ToolCall or GenerationEvent.Finished)
            {
                said.Add(happened.Happened);
            }
            return happened;
        });
        if (call.Chat.Stream)
        {
            await events.StreamAsync(context, PromptField, () =>
                new ResponseStream(context.Response, head, ended => Keep(call, head, ended, said.ToImmutable()), times.Stall));
        }
        else if (await CollectAsync(events, request.Id, context.Response) is { } ended)
        {
            Keep(call, head, ended, said.ToImmutable());
            await context.Response.WriteJsonAsync(json => ResponseJson.Write(json, head, ended));
        }
    }

    /// <summary>The events that the response came with, or would have come with.</summary>
    private async Task ReplayAsync(StoredResponse known, int after, HttpContext context)
    {
        using var stream = new ResponseStream(context.Response, known.Head, _ => { }, times.Stall, after);
        foreach (var happened in known.Events)
        {
            stream.Write(0, happened);
            if (!await stream.FlushAsync(context.RequestAborted))
            {
                return;
            }
        }
    }

    private static async Task<ResponseState.Ended?> CollectAsync(
        IAsyncEnumerable<ChoiceEvent> events, RequestId id, HttpResponse response)
    {
        var output = new OutputItems(id);
        await foreach (var (_, happened) in events)
        {
            response.SetSummary(happened);
            switch (happened)
            {
                case GenerationEvent.Text text:
                    _ = output.Open ?? output.OpenMessage();
                    output.Append(text.Delta, text.Logprobs);
                    break;
                case GenerationEvent.ToolCall call:
                    output.Add(call);
                    break;
                case GenerationEvent.Finished finished:
                    _ = output.Items.Count > 0 ? null : output.OpenMessage();
                    output.Append("", finished.Logprobs);
                    return new ResponseState.Ended(output.Items, finished.Reason, finished.Usage);
                case GenerationEvent.Failed(var error):
                    await response.WriteAsync(error.ToApiError(PromptField));
                    return null;
            }
        }
        return null;
    }

    private void Keep(ResponseCall call, ResponseHead head, ResponseState.Ended ended, ImmutableArray<GenerationEvent> events)
    {
        if (call.Store)
        {
            var messages = call.Lasting.Messages.Add(OutputItem.ToMessage(ended.Items));
            var conversation = call.Lasting with { Messages = messages, Tools = [] };
            store.Add(new StoredResponse(head, ResponseJson.ToBytes(head, ended), conversation, call.Input, events));
        }
    }

    private static ApiError NotFound(string id) =>
        new(StatusCodes.Status404NotFound, $"Response with id '{id}' not found.", null, "response_not_found");
}
