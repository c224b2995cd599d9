using MlxActors.Generation;
using MlxActors.Http.Logging;

namespace MlxActors.Web.Telemetry;

/// <summary>
/// Gives each request its id, in the answer and in all log lines of the request, and says in one line how it ended. What was no generation
/// and went well is said at the level debug.
/// </summary>
internal sealed partial class RequestRecorder(
    RequestDelegate next, TelemetrySettings settings, Func<RequestId> newId, TimeProvider clock, ILogger<RequestRecorder> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var began = clock.GetTimestamp();
        var record = new RequestRecord(RequestIds.Parse(context.Request.Headers[RequestIds.Header]) ?? newId().ToString());
        context.TraceIdentifier = record.Id;
        context.Features.Set(record);

        // Not at once: an error clears the headers.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[RequestIds.Header] = record.Id;
            return Task.CompletedTask;
        });
        using var scope = log.BeginScope(LogScope.Of(record.Id));
        try
        {
            await next(context);
        }
        finally
        {
            Say(context, record, clock.GetElapsedTime(began));
        }
    }

    private void Say(HttpContext context, RequestRecord record, TimeSpan took)
    {
        var endpoint = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(unknown)";
        var (method, status, milliseconds) = (context.Request.Method, context.Response.StatusCode, took.TotalMilliseconds);
        if (record.Requests is [var first, ..])
        {
            var times = record.Timings;
            Answered(
                method,
                endpoint,
                status,
                record.Outcome ?? "cancelled",
                milliseconds,
                first.Model,
                record.PromptTokens,
                record.CompletionTokens,
                times.Queue.TotalMilliseconds,
                times.Load.TotalMilliseconds,
                times.Prefill.TotalMilliseconds,
                times.Decode.TotalMilliseconds);
            if (settings.Prompts)
            {
                Asked(string.Join("\n\n", record.Requests.Select(request => PromptText.Of(request.Prompt)).Distinct()));
            }
        }
        else
        {
            Handled(status >= StatusCodes.Status400BadRequest ? LogLevel.Information : LogLevel.Debug, method, endpoint, status, milliseconds);
        }
    }

    [LoggerMessage(
        LogLevel.Information,
        "{Method} {Endpoint} {Status} {Outcome} in {DurationMs:0.#} ms; {Model}, {PromptTokens} + {CompletionTokens} tokens, "
        + "queue {QueueMs:0.#} ms, load {LoadMs:0.#} ms, prefill {PrefillMs:0.#} ms, decode {DecodeMs:0.#} ms")]
    private partial void Answered(
        string method,
        string endpoint,
        int status,
        string outcome,
        double durationMs,
        string model,
        int promptTokens,
        int completionTokens,
        double queueMs,
        double loadMs,
        double prefillMs,
        double decodeMs);

    [LoggerMessage("{Method} {Endpoint} {Status} in {DurationMs:0.#} ms")]
    private partial void Handled(LogLevel level, string method, string endpoint, int status, double durationMs);

    [LoggerMessage(LogLevel.Information, "Prompt: {Prompt}")]
    private partial void Asked(string prompt);
}
