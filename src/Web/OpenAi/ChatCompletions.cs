using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;
using MlxActors.Web.Engine;
using MlxActors.Web.Media;
using MlxActors.Web.OpenAi.Contracts;
using MlxActors.Web.OpenAi.Parsing;
using MlxActors.Web.Telemetry;

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
    private const string PromptField = "messages";

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

    private async Task AnswerAsync(ChatCompletionCall call, HttpContext context)
    {
        var head = AnswerHead.For("chatcmpl", call.Request, clock);
        var events = supervisor.GenerateAsync(Choices.Of(call.Request, call.Choices, newId), context);
        if (call.Stream)
        {
            await events.StreamAsync(
                context, PromptField, () => new ChatCompletionStream(context.Response, head, call.Choices, call.IncludeUsage, times.Stall));
        }
        else if (await events.CollectAsync(
            call.Choices, call.Request.TopLogprobs is not null, PromptField, context.Response) is { } choices)
        {
            await context.Response.WriteJsonAsync(json => Answer.WriteWhole(json, head, choices));
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
