using MlxActors.Gateway.Forwarding;
using MlxActors.Http.Logging;

namespace MlxActors.Gateway.Hosting;

/// <summary>
/// Gives each request its id, in the answer, in all log lines and at the node, and says in one line how it ended and who served it.
/// </summary>
internal sealed partial class GatewayRecorder(RequestDelegate next, TimeProvider clock, ILogger<GatewayRecorder> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var began = clock.GetTimestamp();
        var id = RequestIds.Parse(context.Request.Headers[RequestIds.Header]) ?? Guid.NewGuid().ToString("N");
        context.TraceIdentifier = id;

        // Not at once: an error clears the headers.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[RequestIds.Header] = id;
            return Task.CompletedTask;
        });
        using var scope = log.BeginScope(LogScope.Of(id));
        try
        {
            await next(context);
        }
        finally
        {
            Say(context, clock.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    private void Say(HttpContext context, double milliseconds)
    {
        var endpoint = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(unknown)";
        if (context.Features.Get<ServingNode>() is { } node)
        {
            Forwarded(context.Request.Method, endpoint, context.Response.StatusCode, node.Name, milliseconds);
        }
        else
        {
            var level = context.Response.StatusCode >= StatusCodes.Status400BadRequest ? LogLevel.Information : LogLevel.Debug;
            Handled(level, context.Request.Method, endpoint, context.Response.StatusCode, milliseconds);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Method} {Endpoint} {Status} by {Node} in {DurationMs:0.#} ms")]
    private partial void Forwarded(string method, string endpoint, int status, string node, double durationMs);

    [LoggerMessage("{Method} {Endpoint} {Status} in {DurationMs:0.#} ms")]
    private partial void Handled(LogLevel level, string method, string endpoint, int status, double durationMs);
}
