using System.Collections.Immutable;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.Models;

/// <param name="Target">A repository id, or the name of a shipped model.</param>
public sealed record ModelAlias(string Name, string Target);

/// <summary>A checkpoint on this machine, as it is listed.</summary>
public sealed record ListedModel(ModelLocation Location, ImmutableArray<string> Aliases, ModelCard Card);

/// <summary>
/// Which names stand for which checkpoints on this machine. It only reads, and only folders that the operator named, that ship with the
/// server, or that are in the Hugging Face cache: a name that comes with a request never becomes a path of its own.
/// </summary>
/// <remarks>One id per checkpoint, whatever name it was asked for by: its repository id, its shipped name, or its full path.</remarks>
/// <param name="ShippedRoot">The folder of the models that ship with the server, one folder each; null when there is none.</param>
/// <param name="Folders">Folders of checkpoints that the operator allows, as full paths.</param>
public sealed record ModelCatalog(
    ImmutableArray<ModelAlias> Aliases,
    string? ShippedRoot,
    HubCache Cache,
    ImmutableArray<string> Folders)
{
    /// <summary>See <see cref="ContextWindows"/>.</summary>
    public ImmutableDictionary<string, int> Windows { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Finds the checkpoint that an alias, a repository id, a shipped name or an allowed folder stands for.</summary>
    /// <returns>An error in words that end a sentence like <c>The model 'x' was not found: …</c></returns>
    public Result<ModelLocation, string> Resolve(string name)
    {
        var target = TargetOf(name);
        return ShippedFolder(target) is { } shipped ? new ModelLocation(target, Path.GetFullPath(shipped))
            : RepoId.TryParse(target, out var id) ? Cached(id)
            : AllowedFolder(target) is { } folder ? CheckpointFolder.Check(folder).Map(Identify)
            : Result.Error<ModelLocation, string>("it is no alias, no shipped model, and no repository id of the form organisation/name.");
    }

    /// <summary>The repository that a name stands for, whether it is on this machine or not; null when it stands for none.</summary>
    public RepoId? RepositoryOf(string name) =>
        TargetOf(name) is var target && ShippedFolder(target) is null && RepoId.TryParse(target, out var id) ? id : null;

    /// <summary>Every checkpoint on this machine, each once: shipped, cached, in allowed folders.</summary>
    public ImmutableArray<ListedModel> List() =>
    [
        .. ShippedNames().Concat(Cache.Repositories().Select(id => id.ToString())).Concat(Folders)
            .Select(Resolve)
            .OfType<Result<ModelLocation, string>.Ok>()
            .Select(found => found.Value)
            .Distinct()
            .Select(Describe),
    ];

    public ListedModel Describe(ModelLocation location)
    {
        var card = ModelCard.Read(location.Directory);
        var window = card.ContextWindow is { } own ? Windows.Lowered(own, name => TargetOf(name) == location.Id) : (int?)null;
        return new ListedModel(location, AliasesOf(location), card with { ContextWindow = window });
    }

    /// <summary>Allows one more folder; the path may be relative to the current directory.</summary>
    public ModelCatalog WithFolder(string path) =>
        this with { Folders = Folders.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) };

    private string TargetOf(string name) =>
        Aliases.FirstOrDefault(alias => string.Equals(alias.Name, name, StringComparison.OrdinalIgnoreCase))?.Target ?? name;

    private ImmutableArray<string> AliasesOf(ModelLocation location) =>
        [.. Aliases.Where(alias => alias.Target == location.Id && alias.Name != location.Id).Select(alias => alias.Name)];

    private Result<ModelLocation, string> Cached(RepoId id) =>
        Cache.Snapshot(id).Map(folder => new ModelLocation(id.ToString(), Path.GetFullPath(folder)));

    // A shipped name is one of the folder's own entries, compared as text: nothing of the request goes into a path.
    private string? ShippedFolder(string name) =>
        ShippedNames().FirstOrDefault(shipped => shipped == name) is { } known ? Path.Combine(ShippedRoot!, known) : null;

    private IEnumerable<string> ShippedNames() => ShippedRoot is not null && Directory.Exists(ShippedRoot)
        ? Directory.EnumerateDirectories(ShippedRoot)
            .Where(folder => CheckpointFolder.Check(folder) is Result<string, string>.Ok)
            .Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal)
        : [];

    private string? AllowedFolder(string name) =>
        Folders.FirstOrDefault(folder => string.Equals(folder, Path.TrimEndingDirectorySeparator(name), StringComparison.Ordinal));

    // A folder that is a shipped model's, or a cached snapshot, is that model under another name.
    private ModelLocation Identify(string folder) =>
        ShippedNames().FirstOrDefault(name => Path.Combine(Path.GetFullPath(ShippedRoot!), name) == folder) is { } shipped
            ? new ModelLocation(shipped, folder)
            : Cache.Repositories().Select(id => Cached(id))
                .OfType<Result<ModelLocation, string>.Ok>()
                .Select(cached => cached.Value)
                .FirstOrDefault(cached => cached.Directory == folder)
            ?? new ModelLocation(folder, folder);
}
