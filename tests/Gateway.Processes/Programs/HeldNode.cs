using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MlxActors.Gateway.Processes.Programs;

/// <summary>What a gateway takes for a node, and which sends an event only when it is told to.</summary>
internal sealed class HeldNode : IAsyncDisposable
{
    private const string Report =
        """{"status":"ok","state":"ready","model":"demo","running":0,"waiting":0,"batch":8,"kv_free_bytes":null,"last_load_error":null}""";

    private const string Models = """{"object":"list","data":[{"id":"demo","object":"model","created":0,"owned_by":"x","aliases":[],"default":true}]}""";

    private readonly WebApplication _app;
    private readonly SemaphoreSlim _mayGo = new(0);

    private HeldNode(WebApplication app, int events)
    {
        _app = app;
        app.MapGet("/health", () => Results.Text(Report, "application/json"));
        app.MapGet("/v1/models", () => Results.Text(Models, "application/json"));
        app.MapPost("/v1/chat/completions", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            for (var number = 0; number < events; number++)
            {
                await _mayGo.WaitAsync(context.RequestAborted);
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(EventOf(number)), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        });
    }

    public string Url => _app.Urls.Single();

    public static string EventOf(int number) => $"data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{number}\"}},\"finish_reason\":null}}]}}\n\n";

    /// <param name="events">Of the answer to each request.</param>
    public static async Task<HeldNode> StartAsync(int events)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var node = new HeldNode(builder.Build(), events);
        await node._app.StartAsync();
        return node;
    }

    public void LetOneGo() => _mayGo.Release();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _mayGo.Dispose();
    }
}
