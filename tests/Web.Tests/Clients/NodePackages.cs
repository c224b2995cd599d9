using System.Collections.Immutable;
using System.Globalization;
using MlxActors.Golden;

namespace MlxActors.Web.Tests.Clients;

/// <summary>
/// The official clients for Node, in <c>tests/Clients.Node</c>: installed as their lock says, once a test run. Where there is no Node, or
/// no registry, the tests skip, visibly.
/// </summary>
public sealed class NodePackages : IAsyncLifetime
{
    // The oldest that all scenarios pass on.
    private const int OldestNode = 18;

    private static readonly TimeSpan InstallPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // The lock is wrong, not the registry out of reach.
    private static readonly string[] FaultsOfTheLock = ["EUSAGE", "EINTEGRITY"];

    private Command? _node;
    private string? _missing;

    public static string Folder { get; } = Path.Combine(Goldens.Repository, "tests", "Clients.Node");

    public async Task InitializeAsync() => _missing = await PrepareAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Runs a script to its end, which must be a good one.</summary>
    internal async Task RunAsync(string script, Uri server)
    {
        Skip.If(_missing is not null, _missing);
        var picture = Goldens.PathOf("demo", "images", "demo-017-0.png");
        var variables = ImmutableDictionary<string, string>.Empty
            .Add("MLXACTORS_SERVER", server.AbsoluteUri)
            .Add("MLXACTORS_PICTURE", picture);

        var end = await _node!.RunAsync(Folder, Patience, variables, script);

        Assert.True(end is not null, $"{script} did not end within {Patience}");
        Assert.True(end.ExitCode == 0, end.Output);
    }

    /// <returns>What is missing; null when all is there.</returns>
    private async Task<string?> PrepareAsync()
    {
        if (Command.Find("node") is not { } node || Command.Find("npm") is not { } npm)
        {
            return "no Node: the PATH has no node, or no npm";
        }
        var none = ImmutableDictionary<string, string>.Empty;
        var version = (await node.RunAsync(Folder, Patience, none, "--version"))?.Output.Trim().TrimStart('v');
        if (version is null || int.Parse(version.Split('.')[0], CultureInfo.InvariantCulture) < OldestNode)
        {
            return $"Node {OldestNode} or newer is wanted, this is {version}";
        }
        _node = node;
        if (IsInstalled())
        {
            return null;
        }
        var end = await npm.RunAsync(Folder, InstallPatience, none, "ci", "--ignore-scripts", "--loglevel=error");
        if (end is { ExitCode: not 0 } && FaultsOfTheLock.Any(end.Output.Contains))
        {
            throw new InvalidOperationException(end.Output);
        }
        return end switch
        {
            null => $"npm ci did not end within {InstallPatience}",
            { ExitCode: 0 } => null,
            { Output: var output } => $"npm ci could not get the clients: {output}",
        };
    }

    // npm writes its own copy of the lock when all is in its place.
    private static bool IsInstalled()
    {
        var written = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        return written.Exists && written.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }
}
