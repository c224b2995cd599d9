using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MlxActors.Gateway.Processes.Programs;
using MlxActors.Gateway.Processes.Requests;
using MlxActors.Web.Tests.Hosting;
using MlxActors.Web.Tests.Telemetry;

namespace MlxActors.Gateway.Processes;

/// <summary>A node that lets in only its gateway, by certificate and by key, and a gateway with a key of its own for clients.</summary>
[Collection(Cluster.Collection)]
public sealed class SecuredPairTests(Cluster cluster) : IDisposable
{
    private const string ClientKey = "sk-client";
    private const string NodeKey = "sk-node";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlxactors-");
    private readonly Authority _authority = new("ours");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _authority.Dispose();
    }

    [SkippableFact]
    public async Task Request_GoesByMutualTlsAndKeys_InOneTraceFromTheClientToTheEngine()
    {
        Skip.If(OperatingSystem.IsWindows(), "the cluster's programs are not started there");
        var (trace, client) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        await using var collector = await SpanCollector.StartAsync(spans => WayOf(spans, trace)?[^1].ParentId == client);
        var tracing = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        };
        using (var server = _authority.ForServer())
        using (var gatewaysOwn = _authority.ForClient())
        {
            Write("node", server);
            Write("gateway", gatewaysOwn);
            File.WriteAllText(PathOf("ca.pem"), _authority.Pem);
        }
        await using var node = await cluster.StartServerAsync("secured-node", NodeSettings, tracing);
        await using var gateway = await cluster.StartGatewayAsync(
            "secured-gateway", GatewaySettings, [node.Address.GetLeftPart(UriPartial.Authority)], tracing);
        using var http = new HttpClient { BaseAddress = gateway.Address, Timeout = Wait.Patience };
        await Wait.UntilAsync("the gateway has its node", () => http.GetAsync("/health"), response => response.IsSuccessStatusCode);

        using var refused = await AskAsync(http, NodeKey, $"00-{trace}-{client}-00");
        using var answered = await AskAsync(http, ClientKey, $"00-{trace}-{client}-01");

        Assert.Equal("https", node.Address.Scheme);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.True(answered.IsSuccessStatusCode, await answered.Content.ReadAsStringAsync());
        var way = WayOf(await collector.Spans.WaitAsync(Wait.Patience), trace)!.Value;
        Assert.Equal("chat demo", way[0].Name);
        Assert.True(way.Count(span => span.Name.StartsWith("POST", StringComparison.Ordinal)) >= 2, string.Join(" < ", way.Select(span => span.Name)));
    }

    private string NodeSettings =>
        $$"""
        mlxactors.http {
          api-keys = ["{{NodeKey}}"]
          tls { certificate = {{Quoted("node.pem")}}, key = {{Quoted("node.key")}}, client-ca = {{Quoted("ca.pem")}} }
        }
        """;

    private string GatewaySettings =>
        $$"""
        mlxactors.http.api-keys = ["{{ClientKey}}"]
        mlxactors.gateway {
          node-key = "{{NodeKey}}"
          tls { certificate = {{Quoted("gateway.pem")}}, key = {{Quoted("gateway.key")}}, node-ca = {{Quoted("ca.pem")}} }
        }
        """;

    /// <summary>From the engine's span up to the one that no span is above; null before all of them have come.</summary>
    private static ImmutableArray<WireSpan>? WayOf(ImmutableArray<WireSpan> spans, string trace)
    {
        var way = ImmutableArray.CreateBuilder<WireSpan>();
        for (var span = spans.FirstOrDefault(span => span.TraceId == trace && span.Name == "chat demo");
            span is not null;
            span = spans.FirstOrDefault(above => above.SpanId == span.ParentId))
        {
            way.Add(span);
        }
        return way.Count == 0 ? null : way.ToImmutable();
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient http, string key, string parent)
    {
        var request = ChatClient.Post(ChatClient.Request("Hello", maxTokens: 4));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.TryAddWithoutValidation("traceparent", parent);
        return http.SendAsync(request);
    }

    private void Write(string name, X509Certificate2 certificate)
    {
        File.WriteAllText(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private string Quoted(string name) => JsonSerializer.Serialize(PathOf(name));
}
