using System.Globalization;
using System.Text.Json;
using MlxActors.Web.Tests.Telemetry;

namespace MlxActors.Gateway.Processes.Programs;

/// <summary>Three nodes on the demo models and a gateway before them, each a process of its own, for all tests that want them.</summary>
[CollectionDefinition(Collection)]
public sealed class Cluster : IAsyncLifetime, ICollectionFixture<Cluster>
{
    public const string Collection = "cluster";

    private const int Nodes = 3;
    private const string Model = "demo";

    /// <summary>For every node: answers that are the same wherever they are made, however long a busy machine takes for them.</summary>
    private const string NodeSettings =
        """
        mlxactors {
          engine { mode = exact, threads = 1, max-batch = 8 }
          http.health-deadline = 2m
          stream.progress-interval = 10m
          shutdown.deadline = 3m
        }
        """;

    /// <summary>Nodes that come and go are seen soon, and none is taken for dead because the machine is busy.</summary>
    private const string GatewaySettings =
        """
        mlxactors.gateway {
          connect-timeout = 2m
          health { interval = 100ms, timeout = 3m, lost-after = 4m, slow-floor = 10m }
        }
        """;

    private readonly DirectoryInfo _settings = Directory.CreateTempSubdirectory("mlxactors-");
    private readonly List<Node> _nodes = [];
    private ChildProgram? _gateway;
    private HttpClient? _http;

    internal static string Logs { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "logs")).FullName;

    /// <summary>To the gateway.</summary>
    internal HttpClient Http => _http ?? throw new InvalidOperationException("not started");

    internal IReadOnlyList<Node> All => _nodes;

    public async Task InitializeAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        foreach (var log in Directory.EnumerateFiles(Logs))
        {
            File.Delete(log);
        }
        try
        {
            _nodes.AddRange(Enumerable.Range(1, Nodes).Select(number => NewNode($"node-{number}")));
            await Task.WhenAll(_nodes.Select(node => node.StartAsync()));
            _gateway = await StartGatewayAsync("gateway", "", [.. _nodes.Select(node => node.Url)]);

            // A response that a test disposes of is over at once: by default the rest of a short one is read first.
            _http = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = _gateway.Address, Timeout = Wait.Patience };
        }
        catch
        {
            // Nobody disposes of a fixture that did not come to be.
            await DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        _http?.Dispose();
        await (_gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
        _settings.Delete(recursive: true);
    }

    /// <summary>Another node, which is not started yet and which the gateway does not know.</summary>
    internal Node NewNode(string name, string settings = "") =>
        new(name, ["--config", SettingsFile(name, NodeSettings, settings)], Logs);

    /// <summary>A node of a test's own, under a port of its own.</summary>
    /// <param name="settings">Above those of all nodes.</param>
    internal Task<ChildProgram> StartServerAsync(string name, string settings, IReadOnlyDictionary<string, string> environment) =>
        ChildProgram.StartAsync(
            ["demo", "--port", "0", "--config", SettingsFile(name, NodeSettings, settings)], Path.Combine(Logs, $"{name}.log"), environment);

    /// <param name="settings">Above those of all gateways.</param>
    internal Task<ChildProgram> StartGatewayAsync(
        string name, string settings, IReadOnlyList<string> nodes, IReadOnlyDictionary<string, string>? environment = null) =>
        ChildProgram.StartAsync(
            [
                "serve-gateway", .. nodes.SelectMany(url => new[] { "--node", url }), "--port", "0",
                "--config", SettingsFile(name, GatewaySettings, settings),
            ],
            Path.Combine(Logs, $"{name}.log"),
            environment);

    /// <summary>Every node is there, has loaded `demo`, and gets requests; whatever the test before did to it.</summary>
    internal async Task HealAsync()
    {
        Skip.If(OperatingSystem.IsWindows(), "signals");
        await Task.WhenAll(_nodes.Where(node => !node.IsUp).Select(node => node.StartAsync()));
        await Task.WhenAll(_nodes.Select(node => node.WarmAsync()));
        await Wait.UntilAsync(
            "the gateway sends requests to every node",
            StatesAsync,
            states => states.Length == Nodes && states.All(node => node is { State: "in", Model: Model, InFlight: 0 }));
    }

    /// <summary>How the gateway sees the nodes.</summary>
    internal async Task<NodeView[]> StatesAsync()
    {
        var list = JsonElement.Parse(await Http.GetStringAsync("/gateway/nodes"));
        return
        [
            .. list.GetProperty("data").EnumerateArray().Select(node => new NodeView(
                node.GetProperty("url").GetString()!,
                node.GetProperty("state").GetString()!,
                node.GetProperty("model").GetString(),
                node.GetProperty("in_flight").GetInt32())),
        ];
    }

    /// <summary>The sum of a metric over the nodes that are up, in all its series that have the labels.</summary>
    internal async Task<double> SumAsync(string metric, params string[] labels)
    {
        var scrapes = await Task.WhenAll(_nodes.Where(node => node.IsUp).Select(node => node.MetricsAsync()));
        return scrapes.Sum(scrape => labels is [] ? scrape.Find(metric) ?? 0 : scrape.Sum(metric, labels));
    }

    internal async Task<Exposition> GatewayMetricsAsync() => Exposition.Parse(await Http.GetStringAsync("/metrics"));

    private string SettingsFile(string name, params string[] settings)
    {
        var file = Path.Combine(_settings.FullName, string.Create(CultureInfo.InvariantCulture, $"{name}.conf"));
        File.WriteAllLines(file, settings);
        return file;
    }
}

/// <summary>A node as the gateway sees it.</summary>
internal sealed record NodeView(string Url, string State, string? Model, int InFlight);
