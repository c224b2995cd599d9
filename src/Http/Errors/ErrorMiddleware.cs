namespace MlxActors.Http.Errors;

/// <summary>Gives every error that no endpoint answered OpenAI's shape: unknown routes, refused bodies, faults of the server.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } silent)
            {
                await silent.WriteAsync(ApiError.OfStatus(silent.StatusCode, context.Request));
            }
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await context.Response.WriteAsync(ApiError.OfStatus(e.StatusCode, context.Request));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away: nobody is left to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Faulted(e, context.Request.Method, context.Request.Path);
            await context.Response.WriteAsync(ApiError.OfStatus(StatusCodes.Status500InternalServerError, context.Request));
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private partial void Faulted(Exception e, string method, string path);
}
