using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MlxActors.Benchmarks.Sse;

/// <summary>The least that streams events: Kestrel, and a loop that writes an event and flushes it. In a process of its own.</summary>
internal static class BareServer
{
    public const string Name = "sse-bare";

    public static int Run()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/", StreamAsync);
        app.Start();
        Console.WriteLine($"{ServerChild.ReadyWord} {app.Urls.Single()}/");
        app.WaitForShutdown();
        return 0;
    }

    /// <param name="pause">After each event; zero: none.</param>
    public static string Query(int events, int bytes, TimeSpan pause) => string.Create(
        CultureInfo.InvariantCulture, $"?events={events}&bytes={bytes}&pause={(int)pause.TotalMilliseconds}");

    private static async Task StreamAsync(HttpContext context)
    {
        var (events, bytes, pause) = (NumberOf(context, "events"), NumberOf(context, "bytes"), NumberOf(context, "pause"));
        var line = System.Text.Encoding.ASCII.GetBytes(StreamLoad.Data.PadRight(bytes - 2, 'x') + "\n\n");
        context.Response.ContentType = "text/event-stream";
        for (var i = 0; i < events; i++)
        {
            await context.Response.BodyWriter.WriteAsync(line, context.RequestAborted);
            if (pause > 0)
            {
                await Task.Delay(pause, context.RequestAborted);
            }
        }
    }

    private static int NumberOf(HttpContext context, string name) =>
        int.Parse(context.Request.Query[name].ToString(), CultureInfo.InvariantCulture);
}
