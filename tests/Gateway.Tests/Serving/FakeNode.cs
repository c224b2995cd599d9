using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MlxActors.Http.Nodes;

namespace MlxActors.Gateway.Tests.Serving;

/// <summary>What a node was asked.</summary>
internal sealed record SeenRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A node on loopback that answers as a test has it answer; its health is a report that the test may change.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<SeenRequest> _seen = new();

    private FakeNode(WebApplication app)
    {
        _app = app;
        app.Run(AnswerAsync);
    }

    public static NodeReport Idle { get; } = new("ok", "ready", "demo", 0, 0, 8, null, null);

    public string Url => _app.Urls.Single();

    public int Port => new Uri(Url).Port;

    public NodeReport Report { get; set; } = Idle;

    /// <summary>Ids of the models that it has; the first is its default, and each has an alias: <c>ID-alias</c>.</summary>
    public string[] Models { get; set; } = ["demo", "demo-qwen"];

    /// <summary>How it answers what is neither /health nor /v1/models.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context => Answers.JsonAsync(context, """{"id":"one"}""");

    /// <summary>How it answers /health; null: with its report.</summary>
    public Func<HttpContext, Task>? Health { get; set; }

    /// <summary>What came in, but for the gateway's own questions.</summary>
    public IReadOnlyCollection<SeenRequest> Seen => _seen;

    /// <summary>The key that it asks for; null: none.</summary>
    public string? Key { get; set; }

    public static async Task<FakeNode> StartAsync(int port = 0, IPAddress? address = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address ?? IPAddress.Loopback, port));
        var node = new FakeNode(builder.Build());
        await node._app.StartAsync();
        return node;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.ContainsKey(NodeReport.Header))
        {
            context.Response.Headers[NodeReport.Header] = Report.ToJson();
        }
        if (request.Path == "/health")
        {
            await (Health ?? TellAsync)(context);
        }
        else if (Key is not null && request.Headers.Authorization != $"Bearer {Key}")
        {
            await Answers.ErrorAsync(context, 401, "invalid_api_key");
        }
        else if (request.Path == "/v1/models")
        {
            await Answers.JsonAsync(context, $$"""{"object":"list","data":[{{string.Join(",", Models.Select(Listing))}}]}""");
        }
        else
        {
            using var reader = new StreamReader(request.Body, Encoding.UTF8, leaveOpen: true);
            _seen.Enqueue(new SeenRequest(
                request.Method,
                request.Path + request.QueryString,
                request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await reader.ReadToEndAsync()));
            await Answer(context);
        }
    }

    private Task TellAsync(HttpContext context)
    {
        context.Response.StatusCode = Report.Status == "ok" ? 200 : 503;
        return Answers.JsonAsync(context, Report.ToJson());
    }

    private string Listing(string id) =>
        $$"""{"id":"{{id}}","object":"model","aliases":["{{id}}-alias"],"default":{{(id == Models[0] ? "true" : "false")}}}""";
}
