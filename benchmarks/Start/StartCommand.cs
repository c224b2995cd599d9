using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using MlxActors.Benchmarks.Sse;

namespace MlxActors.Benchmarks.Start;

/// <summary><c>start &lt;program&gt;</c>: from starting a published program until its port accepts a connection.</summary>
internal static class StartCommand
{
    public const string Name = "start";

    private const int Rounds = 21;

    public static int Run(string[] arguments)
    {
        if (arguments is not [var program] || !File.Exists(program))
        {
            Console.Error.WriteLine($"usage: {Name} <published program>");
            return 2;
        }

        // The first one reads it from the disk.
        Measure(program);
        var times = Enumerable.Range(0, Rounds).Select(_ => Measure(program).TotalMilliseconds).Order().ToArray();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"listening after {times[Rounds / 2]:F0} ms (least {times[0]:F0}, most {times[^1]:F0}; {Rounds} starts)"));
        return 0;
    }

    private static TimeSpan Measure(string program)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(program, ["demo", "--port", "0"]) { RedirectStandardOutput = true })!;
        try
        {
            var address = ServerChild.ReadAddress(process.StandardOutput)
                ?? throw new InvalidOperationException($"{program} ended before it was ready");
            using var connection = new TcpClient(address.Host, address.Port);
            return clock.Elapsed;
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
