using System.Diagnostics;
using System.Text.Json;

namespace MlxActors.Benchmarks.Peer;

/// <summary>A program that writes one JSON document to its standard output.</summary>
internal static class Tool
{
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static JsonElement Run(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonElement.Parse(output)
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {said.Result}");
    }
}
