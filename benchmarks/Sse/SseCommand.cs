using System.Globalization;

namespace MlxActors.Benchmarks.Sse;

/// <summary>
/// Streams of the demo model, many at once, beside a bare loop of Kestrel that sends as many events of the same size, at the same pace and
/// without any: tokens a second, and the server's processor time for a token. Both servers are processes of their own and take turns
/// under the same clients.
/// </summary>
internal static class SseCommand
{
    public const string Name = "sse";

    // Until the runtime has compiled anew what is used much, which it does on a thread of its own and for some seconds.
    private const int WarmUps = 20;

    // The loop that never waits is done before a clock of 10 ms has moved.
    private const int TimesUnpaced = 50;

    private static readonly StreamCounts Defaults = new(Streams: 64, Rounds: 5);

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
            using var server = ServerChild.Start("mlxactors.dll", "demo", "--config", config);
            using var bare = ServerChild.Start("MlxActors.Benchmarks.dll", BareServer.Name);
            using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            var (served, paced, unpaced) = (new List<Round>(), new List<Round>(), new List<Round>());
            for (var round = -WarmUps; round < rounds; round++)
            {
                var one = await StreamLoad.RunAsync(server, http, streams, () => StreamLoad.Story(server.Address));
                var (events, bytes) = ((int)(one.Events / streams), (int)(one.Bytes / one.Events));
                var same = await StreamLoad.RunAsync(bare, http, streams, () => Loop(bare.Address, events, bytes, one.Elapsed / events));
                var fast = await StreamLoad.RunAsync(
                    bare, http, streams, () => Loop(bare.Address, events, bytes, TimeSpan.Zero), TimesUnpaced);
                if (round >= 0)
                {
                    served.Add(one);
                    paced.Add(same);
                    unpaced.Add(fast);
                }
            }
            Console.WriteLine($"{streams} streams at once, {rounds} rounds in turn, medians; {Environment.ProcessorCount} processors");
            Console.WriteLine("| server | bytes an event | tokens/s | processor time a token | of it beside the engine's threads |");
            Console.WriteLine("|---|---|---|---|---|");
            Row("MlxActors, `demo`", served);
            Row("a bare Kestrel loop at the same pace", paced);
            Row("a bare Kestrel loop that never waits", unpaced);
        }
        finally
        {
            File.Delete(config);
        }
    }

    private static HttpRequestMessage Loop(Uri server, int events, int bytes, TimeSpan pause) =>
        new(HttpMethod.Get, new Uri(server, BareServer.Query(events, bytes, pause)));

    private static void Row(string name, List<Round> rounds)
    {
        var beside = rounds.All(round => round.CpuPerTokenBesideTheEngine is not null)
            ? string.Create(CultureInfo.InvariantCulture, $"{Median(rounds, round => round.CpuPerTokenBesideTheEngine!.Value):F1} µs")
            : "-";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {rounds[0].Bytes / rounds[0].Events} | {Median(rounds, round => round.TokensPerSecond):F0} | "
            + $"{Median(rounds, round => round.CpuPerToken):F1} µs | {beside} |"));
    }

    private static double Median(List<Round> rounds, Func<Round, double> of) => rounds.Select(of).Order().ElementAt(rounds.Count / 2);
}
