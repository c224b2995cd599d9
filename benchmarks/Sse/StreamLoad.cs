using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace MlxActors.Benchmarks.Sse;

/// <summary>What clients got in one round, all together.</summary>
/// <param name="Bytes">Of the events, their blank lines included.</param>
/// <param name="Tokens">As the server counted them; for one that does not, its events.</param>
internal sealed record Round(long Events, long Bytes, long Tokens, TimeSpan Elapsed, CpuTime Cpu)
{
    public double TokensPerSecond => Tokens / Elapsed.TotalSeconds;

    public double CpuPerToken => Cpu.Total.TotalMicroseconds / Tokens;

    public double? CpuPerTokenBesideTheEngine => (Cpu.Total - Cpu.Engine)?.TotalMicroseconds / Tokens;
}

/// <summary>Clients that each read a stream, all at once.</summary>
internal static class StreamLoad
{
    public const string Data = "data: ";

    /// <param name="times">How often each client reads a stream, so that the round lasts longer than the clocks' grain.</param>
    public static async Task<Round> RunAsync(
        ServerChild server, HttpClient http, int streams, Func<HttpRequestMessage> request, int times = 1)
    {
        var (cpu, clock) = (server.Cpu(), Stopwatch.StartNew());
        var read = await Task.WhenAll(Enumerable.Range(0, streams).Select(async _ =>
        {
            var sum = (Events: 0L, Bytes: 0L, Tokens: 0L);
            for (var i = 0; i < times; i++)
            {
                var one = await ReadAsync(http, request());
                sum = (sum.Events + one.Events, sum.Bytes + one.Bytes, sum.Tokens + one.Tokens);
            }
            return sum;
        }));
        var elapsed = clock.Elapsed;
        return new Round(
            read.Sum(stream => stream.Events),
            read.Sum(stream => stream.Bytes),
            read.Sum(stream => stream.Tokens),
            elapsed,
            server.Cpu() - cpu);
    }

    /// <summary>A stream that every server of this project begins alike, and that tells its number of tokens.</summary>
    public static HttpRequestMessage Story(Uri server) => new(HttpMethod.Post, new Uri(server, "/v1/chat/completions"))
    {
        Content = JsonContent.Create(new
        {
            model = "demo",
            temperature = 0,
            stream = true,
            stream_options = new { include_usage = true },
            messages = new[] { new { role = "user", content = "Tell me a story." } },
        }),
    };

    private static async Task<(long Events, long Bytes, long Tokens)> ReadAsync(HttpClient http, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            var (events, bytes, tokens) = (0L, 0L, (long?)null);
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line.StartsWith(Data, StringComparison.Ordinal))
                {
                    (events, bytes) = (events + 1, bytes + line.Length + 2);
                    tokens = TokensIn(line) ?? tokens;
                }
            }
            return (events, bytes, tokens ?? events);
        }
    }

    private static int? TokensIn(string line) => line.Contains("\"usage\":{", StringComparison.Ordinal)
        ? JsonElement.Parse(line.AsSpan(Data.Length)).GetProperty("usage").GetProperty("completion_tokens").GetInt32()
        : null;
}
