using System.Globalization;

namespace MlxActors.Benchmarks.Sse;

/// <summary>How many streams at once, and how many rounds.</summary>
internal sealed record StreamCounts(int Streams, int Rounds)
{
    /// <param name="arguments">Both numbers may be left out.</param>
    /// <param name="command">For the usage, which is written when the arguments are wrong; then there is no result.</param>
    public static StreamCounts? Read(string[] arguments, string command, StreamCounts defaults)
    {
        if (arguments.Length > 2 || arguments.Any(argument => !int.TryParse(argument, CultureInfo.InvariantCulture, out var n) || n < 1))
        {
            Console.Error.WriteLine($"usage: {command} [streams] [rounds]");
            return null;
        }
        var numbers = arguments.Select(argument => int.Parse(argument, CultureInfo.InvariantCulture)).ToArray();
        return new StreamCounts(numbers is [var streams, ..] ? streams : defaults.Streams, numbers is [_, var rounds] ? rounds : defaults.Rounds);
    }

    /// <summary>Settings of a server that serves all the streams at once, in one batch.</summary>
    public string Settings => string.Create(
        CultureInfo.InvariantCulture, $"mlxactors {{ http.port = 0, engine.max-batch = {Streams}, supervisor.max-queue = {Streams} }}");
}
