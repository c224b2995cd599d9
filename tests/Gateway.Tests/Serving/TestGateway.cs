using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;
using MlxActors.Http.Access;
using MlxActors.Http.Hosting;

namespace MlxActors.Gateway.Tests.Serving;

/// <summary>The real gateway on a free loopback port, in this process.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    /// <summary>For what comes soon, but on a busy machine may take long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;

    private TestGateway(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = 2 * Patience };
    }

    public HttpClient Http { get; }

    public NodeTable Table => _app.Services.GetRequiredService<NodeTable>();

    public bool IsDraining => _app.Services.GetRequiredService<Drain>().IsDraining;

    public DnsNodes Dns => _app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<DnsNodes>().Single();

    /// <summary>Patient settings: no node goes out because the machine is busy.</summary>
    public static GatewaySettings Settings(params FakeNode[] nodes) => new(
        new ListeningSettings(
            new IPEndPoint(IPAddress.Loopback, 0),
            new AccessSettings([], [], IsLoopback: true, []),
            new ConnectionLimits(Patience, Patience, Patience),
            MaxRequestBytes: 1 << 20),
        [.. nodes.Select(node => NodeAddress.Parse(node.Url)!)],
        new DnsSettings([], Patience),
        new NodeAccess(null, null, new X509Certificate2Collection(), Patience, Patience),
        new PolicySettings(MaxQueue: 1000, ImmutableDictionary<string, double>.Empty),
        new HealthSettings(
            TimeSpan.FromMilliseconds(20), Patience, EjectAfter: 2, LetInAfter: 1, LostAfter: 3 * Patience, Patience, new SlownessSettings(5, Patience, Patience)),
        ManageKeys: [],
        Responses: 100,
        Shutdown: Patience,
        new TellingSettings(IsJson: false, LogLevel.None, OpenMetrics: false));

    public static Task<TestGateway> StartAsync(params FakeNode[] nodes) => StartAsync(Settings(nodes));

    public static async Task<TestGateway> StartAsync(GatewaySettings settings, LookUpHost? lookUp = null)
    {
        var builder = GatewayHost.CreateBuilder();
        if (lookUp is not null)
        {
            builder.Services.AddSingleton(lookUp);
        }
        var app = GatewayHost.Build(settings, builder);
        await app.StartAsync();
        return new TestGateway(app);
    }

    /// <summary>A chat completion's answer, whatever its status.</summary>
    public Task<HttpResponseMessage> ChatAsync(
        string user = "hi", bool stream = false, string model = "demo", CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = JsonContent.Create(new { model, stream, messages = new[] { new { role = "user", content = user } } }),
        };
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) => Http.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") },
        HttpCompletionOption.ResponseHeadersRead);

    public async Task<JsonElement> JsonAsync(string path)
    {
        using var document = JsonDocument.Parse(await Http.GetStringAsync(path));
        return document.RootElement.Clone();
    }

    /// <summary>Waits for what the table will hold.</summary>
    public async Task UntilAsync(Func<NodeTable, bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!isSo(Table))
        {
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Until the node's report is the one that it gives now.</summary>
    public Task UntilToldAsync(FakeNode node) => UntilAsync(table => table.Find(node.Url)?.Report == node.Report);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
