using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using MlxActors.Benchmarks.Sse;

namespace MlxActors.Benchmarks.Gateway;

/// <summary>
/// What the gateway costs, beside direct access to the same node, in turns: the time that it adds to a small request, and the processor time
/// that it takes for a streamed token. Node and gateway are processes of their own.
/// </summary>
internal static class GatewayCommand
{
    public const string Name = "gateway";

    private const int WarmUps = 2;

    /// <summary>Small requests a round, one after the other.</summary>
    private const int Requests = 100;

    private static readonly StreamCounts Defaults = new(Streams: 32, Rounds: 5);

    /// <param name="arguments">How many streams at once, and how many rounds; both may be left out.</param>
    public static int Run(string[] arguments)
    {
        if (StreamCounts.Read(arguments, Name, Defaults) is not { } counts)
        {
            return 2;
        }
        MeasureAsync(counts).GetAwaiter().GetResult();
        return 0;
    }

    private static async Task MeasureAsync(StreamCounts counts)
    {
        var (streams, rounds) = counts;
        var config = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(config, counts.Settings);
            using var node = ServerChild.Start("mlxactors.dll", "demo", "--config", config);
            using var gateway = ServerChild.Start(
                "mlxactors.dll", "serve-gateway", "--node", node.Address.ToString(), "--port", "0", "--config", config);
            using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            await LatencyAsync(http, node, gateway, rounds);
            await StreamsAsync(http, node, gateway, streams, rounds);
        }
        finally
        {
            File.Delete(config);
        }
    }

    /// <summary>One request after the other, direct and through the gateway in turn.</summary>
    private static async Task LatencyAsync(HttpClient http, ServerChild node, ServerChild gateway, int rounds)
    {
        Console.WriteLine($"{rounds * Requests} requests each way, in turn, one at a time; {Environment.ProcessorCount} processors");
        Console.WriteLine("| request | direct p50 | p99 | through the gateway p50 | p99 | added p50 | p99 |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        await RowAsync("`/v1/tokenize` of a word", server => Post(server, "/v1/tokenize", new { model = "demo", prompt = "Hello" }));
        await RowAsync("a chat completion of one token", server => Post(server, "/v1/chat/completions", new
        {
            model = "demo",
            temperature = 0,
            max_tokens = 1,
            messages = new[] { new { role = "user", content = "Hello" } },
        }));

        async Task RowAsync(string name, Func<Uri, HttpRequestMessage> request)
        {
            var (direct, through) = (new List<double>(), new List<double>());
            for (var round = -WarmUps; round < rounds; round++)
            {
                for (var i = 0; i < Requests; i++)
                {
                    var (one, other) = (await TimeAsync(http, request(node.Address)), await TimeAsync(http, request(gateway.Address)));
                    if (round >= 0)
                    {
                        direct.Add(one);
                        through.Add(other);
                    }
                }
            }
            var (d50, d99, t50, t99) = (At(direct, 0.5), At(direct, 0.99), At(through, 0.5), At(through, 0.99));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {d50:F2} ms | {d99:F2} ms | {t50:F2} ms | {t99:F2} ms | {t50 - d50:F2} ms | {t99 - d99:F2} ms |"));
        }
    }

    private static async Task StreamsAsync(HttpClient http, ServerChild node, ServerChild gateway, int streams, int rounds)
    {
        var (direct, through) = (new List<Round>(), new List<(Round Gateway, CpuTime Node)>());
        for (var round = -WarmUps; round < rounds; round++)
        {
            var one = await StreamLoad.RunAsync(node, http, streams, () => StreamLoad.Story(node.Address));
            var cpu = node.Cpu();
            var other = await StreamLoad.RunAsync(gateway, http, streams, () => StreamLoad.Story(gateway.Address));
            if (round >= 0)
            {
                direct.Add(one);
                through.Add((other, node.Cpu() - cpu));
            }
        }
        Console.WriteLine();
        Console.WriteLine($"{streams} streams at once, {rounds} rounds in turn, medians");
        Console.WriteLine("| access | tokens/s | the node's processor time a token | the gateway's |");
        Console.WriteLine("|---|---|---|---|");
        Row("direct", Median(direct.Select(round => round.TokensPerSecond)), Median(direct.Select(round => round.CpuPerToken)), null);
        Row(
            "through the gateway",
            Median(through.Select(round => round.Gateway.TokensPerSecond)),
            Median(through.Select(round => round.Node.Total.TotalMicroseconds / round.Gateway.Tokens)),
            Median(through.Select(round => round.Gateway.CpuPerToken)));
    }

    private static void Row(string access, double tokens, double node, double? gateway) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"| {access} | {tokens:F0} | {node:F1} µs | {(gateway is { } own ? $"{own:F1} µs" : "-")} |"));

    private static HttpRequestMessage Post<T>(Uri server, string path, T body) =>
        new(HttpMethod.Post, new Uri(server, path)) { Content = JsonContent.Create(body) };

    /// <returns>Milliseconds until the whole answer is there.</returns>
    private static async Task<double> TimeAsync(HttpClient http, HttpRequestMessage request)
    {
        using (request)
        {
            var began = Stopwatch.GetTimestamp();
            using var response = await http.SendAsync(request);
            response.EnsureSuccessStatusCode();
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
    }

    private static double Median(IEnumerable<double> values) => At(values, 0.5);

    private static double At(IEnumerable<double> values, double share)
    {
        var all = values.Order().ToArray();
        return all[(int)(share * (all.Length - 1))];
    }
}
