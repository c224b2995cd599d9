using MlxActors.Web.Cli;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Tests.Cli;

/// <summary>A user with a home folder and an environment of their own, whose commands are run in this process.</summary>
internal sealed class TestDesk : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("mlxactors-");
    private readonly Dictionary<string, string> _variables = [];

    /// <summary>Nobody reads what it says.</summary>
    public static Desk Quiet { get; } = Of(_ => null, Path.GetTempPath(), TextReader.Null, TextWriter.Null, TextWriter.Null);

    public string Home => _home.FullName;

    public string Hub => Path.Combine(Home, ".cache", "huggingface", "hub");

    public TestDesk With(string variable, string value)
    {
        _variables[variable] = value;
        return this;
    }

    /// <param name="answers">What the user types; null when nobody is there.</param>
    public Task<(int ExitCode, string Out, string Error)> RunAsync(string command, string? answers = null) =>
        RunAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries), answers);

    /// <inheritdoc cref="RunAsync(string, string?)"/>
    public async Task<(int ExitCode, string Out, string Error)> RunAsync(string[] arguments, string? answers = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var desk = Of(_variables.GetValueOrDefault, Home, new StringReader(answers ?? ""), output, error) with
        {
            CanAsk = answers is not null,
        };
        var exitCode = await CommandLine.RunAsync(arguments, desk, options => Serve.RunAsync(options, desk));
        return (exitCode, output.ToString(), error.ToString());
    }

    /// <summary>A checkpoint in the cache, by its id.</summary>
    public string Cached(string folderName, string config)
    {
        var snapshot = Path.Combine(Hub, folderName, "snapshots", "abc");
        Directory.CreateDirectory(snapshot);
        File.WriteAllText(Path.Combine(snapshot, "config.json"), config);
        File.WriteAllText(Path.Combine(snapshot, "tokenizer.json"), "{}");
        File.WriteAllBytes(Path.Combine(snapshot, "model.safetensors"), new byte[5000]);
        return snapshot;
    }

    public void Dispose() => _home.Delete(recursive: true);

    private static Desk Of(Func<string, string?> variable, string home, TextReader input, TextWriter output, TextWriter error) => new(
        new Surroundings(variable, home, AppContext.BaseDirectory),
        input,
        output,
        error,
        HasScreen: false,
        CanAsk: false,
        DownloadTerms.Default with { Retries = new Retries(1, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)) });
}
