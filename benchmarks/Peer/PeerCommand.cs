using System.Globalization;

namespace MlxActors.Benchmarks.Peer;

/// <summary>
/// <c>peer</c>: the own engine and llama.cpp at the same work on the same machine, in turn: which of them is first changes from round to
/// round. Models of the same shape are on the disk; nothing of the peer is part of this repository.
/// </summary>
internal static class PeerCommand
{
    public const string Name = "peer";

    private const int MostStreams = 8;

    private static readonly Work[] Short = [new Work.Prompt(512, Target: 1.5), new Work.Decode(64, Depth: 128, Target: 1.25)];
    private static readonly Work[] Long = [new Work.Prompt(2048, Target: 1.5), new Work.Decode(64, Depth: 4000, Target: 1.25)];

    public static int Run(string[] arguments)
    {
        if (arguments is not [var what and ("short" or "long" or "streams"), var folder, var gguf, var tools, var count]
            || !int.TryParse(count, CultureInfo.InvariantCulture, out var rounds)
            || rounds < 1)
        {
            Console.Error.WriteLine($"usage: {Name} short|long|streams <checkpoint folder> <GGUF file> <folder of llama.cpp's tools> <rounds>");
            return 2;
        }
        var threads = Environment.ProcessorCount;
        Console.WriteLine($"{what}, {rounds} rounds in turn, {threads} threads");
        if (what == "streams")
        {
            PrintStreams(folder, Path.Combine(tools, "llama-server"), gguf, threads, rounds);
        }
        else
        {
            var own = new OwnEngine(folder, threads);
            // What takes a minute or more needs no warm-up, and would take two.
            var peer = new LlamaEngine(Path.Combine(tools, "llama-bench"), gguf, threads, warmsUp: what == "short");
            PrintWorks(what == "short" ? Short : Long, own, peer, rounds);
        }
        return 0;
    }

    private static void PrintWorks(Work[] works, OwnEngine own, LlamaEngine peer, int rounds)
    {
        Console.WriteLine("| work | own, tokens/s | llama.cpp | ratio | wanted | of the machine's limit |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var limits = new List<Limits>();
        foreach (var work in works)
        {
            var (ours, theirs) = InTurn(rounds, () => own.Measure(work), () => peer.Measure(work));
            limits.AddRange(ours.Select(sample => sample.Machine!));
            var pair = new Pair([.. ours.Select(sample => sample.TokensPerSecond)], [.. theirs.Select(sample => sample.TokensPerSecond)]);
            var share = Pair.Median([.. ours.Select(sample => sample.Machine!.Share)]);
            Console.WriteLine(Line($"| {work.Name} | {pair} | ≥ {work.Target} | {100 * share:F0} % |"));
        }
        Console.WriteLine();
        Console.WriteLine(Line(
            $"The machine, in the same runs: reads {Pair.Spread([.. limits.Select(limit => limit.ReadGigabytes)])} GB/s; ")
            + Line($"{Pair.Spread([.. limits.Select(limit => limit.GigaOperations)])} GOP/s in 8-bit integers."));
    }

    private static void PrintStreams(string folder, string server, string gguf, int threads, int rounds)
    {
        using var streams = new Streams(folder, server, gguf, MostStreams, threads);
        streams.Own(1);
        streams.Peer(1);
        Console.WriteLine("| streams through HTTP | own, tokens/s | llama-server | ratio |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var count in new[] { 1, MostStreams })
        {
            var (own, peer) = InTurn(rounds, () => streams.Own(count), () => streams.Peer(count));
            Console.WriteLine(Line($"| {count} | {new Pair(own, peer)} |"));
        }
    }

    private static (T[] Own, T[] Peer) InTurn<T>(int rounds, Func<T> own, Func<T> peer)
    {
        var (ours, theirs) = (new T[rounds], new T[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0)
            {
                ours[round] = own();
                theirs[round] = peer();
            }
            else
            {
                theirs[round] = peer();
                ours[round] = own();
            }
        }
        return (ours, theirs);
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Rates of the same work: medians, least and most, and the ratio of the medians.</summary>
    private sealed record Pair(double[] Own, double[] Peer)
    {
        public override string ToString() => Line($"{Spread(Own)} | {Spread(Peer)} | {Median(Own) / Median(Peer):F2}");

        public static string Spread(double[] rates) => Line($"{Median(rates):F1} ({rates.Min():F1}-{rates.Max():F1})");

        public static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
    }
}
