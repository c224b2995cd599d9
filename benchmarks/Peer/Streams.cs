using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using MlxActors.Benchmarks.Sse;

namespace MlxActors.Benchmarks.Peer;

/// <summary>Clients that read answers as streams, all at once, from the own server and from <c>llama-server</c> in turn.</summary>
internal sealed class Streams : IDisposable
{
    private const int PromptTokens = 32;
    private const int AnswerTokens = 64;

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Random _random = new(1);
    private readonly ServedFolder _folder;
    private readonly ServerChild _own;
    private readonly ServerChild _peer;

    /// <param name="slots">Streams that each server can serve at once.</param>
    public Streams(string checkpoint, string llamaServer, string gguf, int slots, int threads)
    {
        _folder = new ServedFolder(checkpoint);

        // Random weights soon say the same again and again, which would make guesses look better than they are.
        var config = Path.Combine(_folder.Path, "server.conf");
        File.WriteAllText(config, "mlxactors.engine.speculation.enabled = off");
        _own = ServerChild.Start("mlxactors.dll", _folder.Path, "--port", "0", "--threads", Text(threads), "--config", config);
        var port = FreePort();
        _peer = ServerChild.StartAsync(
            llamaServer,
            ["-m", gguf, "-np", Text(slots), "-c", Text(slots * 1024), "-t", Text(threads), "--port", Text(port), "--no-webui"],
            new Uri($"http://127.0.0.1:{port}/"), _http).GetAwaiter().GetResult();
    }

    /// <summary>Tokens a second of all streams together, from the first request to the last token.</summary>
    public double Own(int streams) => Measure(_own, streams);

    public double Peer(int streams) => Measure(_peer, streams);

    public void Dispose()
    {
        _own.Dispose();
        _peer.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    private double Measure(ServerChild server, int streams) =>
        StreamLoad.RunAsync(server, _http, streams, () => Request(server.Address)).GetAwaiter().GetResult().TokensPerSecond;

    // Prompts of token ids mean the same to both, whatever their tokenizers are; no two begin alike.
    private HttpRequestMessage Request(Uri server)
    {
        int[] prompt;
        lock (_random)
        {
            prompt = [.. Enumerable.Range(0, PromptTokens).Select(_ => _random.Next(1000, 100_000))];
        }
        return new HttpRequestMessage(HttpMethod.Post, new Uri(server, "/v1/completions"))
        {
            Content = JsonContent.Create(new
            {
                model = _folder.Path,
                prompt,
                max_tokens = AnswerTokens,
                temperature = 0,
                stream = true,
                stream_options = new { include_usage = true },
            }),
        };
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
