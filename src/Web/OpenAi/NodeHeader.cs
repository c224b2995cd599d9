using MlxActors.Http.Nodes;

namespace MlxActors.Web.OpenAi;

/// <summary>Tells a gateway, which asks for it by the header of the same name, with each answer how this server stands.</summary>
internal sealed class NodeHeader(RequestDelegate next, Health health)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(NodeReport.Header))
        {
            // With the answer's head: the numbers are those of then, and an error clears what was set before.
            context.Response.OnStarting(() =>
            {
                if (health.Latest is { } report)
                {
                    context.Response.Headers[NodeReport.Header] = report.ToJson();
                }
                return Task.CompletedTask;
            });
        }
        return next(context);
    }
}
