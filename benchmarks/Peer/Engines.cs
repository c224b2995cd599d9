using System.Globalization;
using System.Text.Json;

namespace MlxActors.Benchmarks.Peer;

/// <summary>An engine's own benchmark, in a process of its own for each run, so that neither keeps memory that the other wants.</summary>
internal interface IEngine
{
    Sample Measure(Work work);
}

/// <param name="Machine">What the machine could do at most at that moment; null where the engine does not measure it.</param>
internal sealed record Sample(double TokensPerSecond, Limits? Machine = null);

/// <param name="Share">Of the limit that bounds the work: bytes read for an answer, integer operations for a prompt.</param>
internal sealed record Limits(double ReadGigabytes, double GigaOperations, double Share);

/// <summary><c>mlxactors bench</c>.</summary>
internal sealed class OwnEngine(string folder, int threads) : IEngine
{
    public Sample Measure(Work work)
    {
        var answer = Tool.Run("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "mlxactors.dll"), "bench", "--json", "--model", folder,
            "--threads", Text(threads), "--repetitions", "1", .. Arguments(work),
        ]);
        var (test, machine) = (answer.GetProperty("tests")[0], answer.GetProperty("machine"));
        return new Sample(
            test.GetProperty("tokens_per_second").GetProperty("mean").GetDouble(),
            new Limits(Giga(machine, "read_bytes_per_second"), Giga(machine, "byte_operations_per_second"),
                test.GetProperty("share_of_limit").GetDouble()));
    }

    private static string[] Arguments(Work work) => work switch
    {
        Work.Prompt prompt => ["--prompt", Text(prompt.Tokens), "--generate", "0"],
        Work.Decode decode => ["--prompt", "0", "--generate", Text(decode.Tokens), "--depth", Text(decode.Depth)],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static double Giga(JsonElement machine, string name) => machine.GetProperty(name).GetDouble() / 1e9;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary><c>llama-bench</c> of llama.cpp.</summary>
/// <param name="warmsUp">Whether each run has one before it that does not count.</param>
internal sealed class LlamaEngine(string program, string model, int threads, bool warmsUp) : IEngine
{
    public Sample Measure(Work work)
    {
        var answer = Tool.Run(program,
            ["-m", model, "-t", Text(threads), "-r", "1", "-o", "json", .. Arguments(work), .. warmsUp ? (string[])[] : ["--no-warmup"]]);
        return new Sample(answer[0].GetProperty("avg_ts").GetDouble());
    }

    private static string[] Arguments(Work work) => work switch
    {
        Work.Prompt prompt => ["-p", Text(prompt.Tokens), "-n", "0"],
        Work.Decode decode => ["-p", "0", "-n", Text(decode.Tokens), "-d", Text(decode.Depth)],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
