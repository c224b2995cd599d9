using MlxActors.Native.Results;

namespace MlxActors.Models.Hub;

/// <summary>
/// The Hugging Face cache on disk, as it is found: <c>models--org--name/{refs/main, snapshots/revision}</c>.
/// The layout is the one of the <c>huggingface_hub</c> library.
/// </summary>
public sealed record HubCache(string Root)
{
    /// <summary>Where the environment puts the cache.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="home">The user's home folder.</param>
    public static HubCache Locate(Func<string, string?> variable, string home) => new(
        Folder(variable, home, "HF_HUB_CACHE")
        ?? Folder(variable, home, "HUGGINGFACE_HUB_CACHE")
        ?? Path.Combine(HomeOf(variable, home), "hub"));

    /// <summary>The file that holds the user's token, when there is one.</summary>
    /// <inheritdoc cref="Locate"/>
    public static string TokenFile(Func<string, string?> variable, string home) =>
        Folder(variable, home, "HF_TOKEN_PATH") ?? Path.Combine(HomeOf(variable, home), "token");

    /// <summary>The folder of the snapshot that <c>refs/main</c> names; else of the only one.</summary>
    /// <returns>An error in words when the repository, or a whole snapshot of it, is not there.</returns>
    public Result<string, string> Snapshot(RepoId id)
    {
        var repository = Path.Combine(Root, id.FolderName);
        if (!Directory.Exists(repository))
        {
            return Result.Error<string, string>($"it is not in the Hugging Face cache ({Root}); `pull {id}` gets it");
        }
        return (MainRevision(repository) ?? OnlyRevision(repository)) is { } revision
            ? CheckpointFolder.Check(Path.Combine(repository, "snapshots", revision))
            : Result.Error<string, string>($"its cache folder {repository} names no snapshot");
    }

    /// <summary>Every repository in the cache that could be a model, whole or not.</summary>
    public IEnumerable<RepoId> Repositories()
    {
        if (!Directory.Exists(Root))
        {
            yield break;
        }
        foreach (var folder in Directory.EnumerateDirectories(Root).Order(StringComparer.Ordinal))
        {
            if (RepoId.TryParseFolderName(Path.GetFileName(folder), out var id))
            {
                yield return id;
            }
        }
    }

    // Everything of Hugging Face's tools, the cache among it.
    private static string HomeOf(Func<string, string?> variable, string home) =>
        Folder(variable, home, "HF_HOME")
        ?? Path.Combine(Folder(variable, home, "XDG_CACHE_HOME") ?? Path.Combine(home, ".cache"), "huggingface");

    private static string? Folder(Func<string, string?> variable, string home, string name) =>
        variable(name) is { Length: > 0 } value ? Expand(value, home) : null;

    private static string Expand(string path, string home) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? home + path[1..] : path;

    private static string? MainRevision(string repository)
    {
        var reference = Path.Combine(repository, "refs", "main");
        return File.Exists(reference) && File.ReadAllText(reference).Trim() is var revision && IsRevision(revision) ? revision : null;
    }

    private static string? OnlyRevision(string repository)
    {
        var snapshots = Path.Combine(repository, "snapshots");
        return Directory.Exists(snapshots) && Directory.GetDirectories(snapshots) is [var only] ? Path.GetFileName(only) : null;
    }

    // Whatever a ref file says must stay one folder name.
    private static bool IsRevision(string text) => text.Length is > 0 and <= 64 && text.All(char.IsAsciiLetterOrDigit);
}
