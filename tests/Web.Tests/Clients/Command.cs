using System.Collections.Immutable;
using System.Diagnostics;

namespace MlxActors.Web.Tests.Clients;

/// <summary>How a program ended, and what it said on both its outputs.</summary>
internal sealed record CommandEnd(int ExitCode, string Output);

/// <summary>A program of this machine, run to its end.</summary>
/// <param name="File">Where it lies.</param>
internal sealed record Command(string File)
{
    /// <summary>The first program of this name on the PATH.</summary>
    public static Command? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name))
        .Where(System.IO.File.Exists)
        .Select(file => new Command(file))
        .FirstOrDefault();

    /// <returns>Null when it had to be killed because its time was up.</returns>
    public async Task<CommandEnd?> RunAsync(
        string folder, TimeSpan patience, ImmutableDictionary<string, string> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(File, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var outputs = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var time = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(time.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return null;
        }
        return new CommandEnd(process.ExitCode, string.Concat(await outputs));
    }
}
