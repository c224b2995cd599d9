using MlxActors.Generation;
using MlxActors.Web.Engine;
using MlxActors.Web.Hosting;
using MlxActors.Web.Media;
using MlxActors.Web.OpenAi.Contracts;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.OpenAi.Parsing;

namespace MlxActors.Web.OpenAi;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed partial class ChatCompletions(
    SupervisorClient supervisor,
    MediaResolver resolver,
    TimeLimits times,
    TimeProvider clock,
    Func<RequestId> newId,
    ILogger<ChatCompletions> log)
{
    public async Task HandleAsync(HttpContext context)
    {
        var call = await JsonBody.ReadAsync(context.Request, body =>
        {
            LogIgnored(body.EnumerateObject().Select(field => field.Name).Where(name => !ChatCompletionDecoder.KnownFields.Contains(name)));
            return ChatCompletionDecoder.Read(body, newId());
        });
        await call.Match(call => ResolveAsync(call, context), context.Response.WriteAsync);
    }

    private async Task ResolveAsync(ChatCompletionCall call, HttpContext context)
    {
        if (call.Choices > supervisor.MostChoices)
        {
            await context.Response.WriteAsync(Faults.Above("integer", "n", supervisor.MostChoices, $"{call.Choices}"));
            return;
        }
        var media = await resolver.ResolveAsync(call.Media, context.RequestAborted);
        await media.Match(media => AnswerAsync(call.With(media), context), context.Response.WriteAsync);
    }

    private Task AnswerAsync(ChatCompletionCall call, HttpContext context)
    {
        var head = AnswerHead.For(call.Request, clock);
        var events = supervisor.GenerateAsync(call.Request, call.Choices, newId, context.RequestAborted);
        return call.Stream
            ? StreamAsync(events, head, call, context)
            : WholeAsync(events, head, call, context.Response);
    }

    private static async Task WholeAsync(
        IAsyncEnumerable<ChoiceEvent> events, AnswerHead head, ChatCompletionCall call, HttpResponse response)
    {
        var choices = Enumerable.Range(0, call.Choices).Select(_ => new WholeChoice(call.Request.TopLogprobs is not null)).ToArray();
        await foreach (var (choice, happened) in events)
        {
            if (happened is GenerationEvent.Failed(var error))
            {
                await response.WriteAsync(error.ToApiError());
                return;
            }
            choices[choice].Add(happened);
        }
        if (choices.All(choice => choice.Finished is not null))
        {
            await response.WriteJsonAsync(json => Answer.WriteWhole(json, head, choices));
        }
    }

    // The response starts with the first text, or with the first comment on what it waits for: until then an error can still have its own
    // status.
    private async Task StreamAsync(
        IAsyncEnumerable<ChoiceEvent> events, AnswerHead head, ChatCompletionCall call, HttpContext context)
    {
        ChatCompletionStream? stream = null;
        try
        {
            await foreach (var (choice, happened) in events)
            {
                if (happened is GenerationEvent.Failed(var error) && stream is null)
                {
                    await context.Response.WriteAsync(error.ToApiError());
                }
                else if (happened is not GenerationEvent.Started)
                {
                    stream ??= new ChatCompletionStream(context.Response, head, call.Choices, call.IncludeUsage, times.Stall);
                    stream.Write(choice, happened);
                    if (!await stream.FlushAsync(context.RequestAborted))
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away while an event was on its way to it.
        }
        finally
        {
            stream?.Dispose();
        }
    }

    private void LogIgnored(IEnumerable<string> fields)
    {
        if (log.IsEnabled(LogLevel.Debug) && fields.ToArray() is { Length: > 0 } ignored)
        {
            Ignored(string.Join(", ", ignored));
        }
    }

    [LoggerMessage(LogLevel.Debug, "Ignored fields that are not known: {Fields}")]
    private partial void Ignored(string fields);
}
