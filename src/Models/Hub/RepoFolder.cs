namespace MlxActors.Models.Hub;

/// <summary>
/// One repository's folder in the cache, and where its parts lie: <c>blobs/etag</c>, <c>snapshots/commit/name</c> (a link to a blob),
/// <c>refs/main</c>. The names are those of the <c>huggingface_hub</c> library, those of locks and of unfinished downloads too.
/// </summary>
public sealed record RepoFolder(HubCache Cache, RepoId Id)
{
    public string Root => Path.Combine(Cache.Root, Id.FolderName);

    public string Locks => Path.Combine(Cache.Root, ".locks", Id.FolderName);

    public string Blob(BlobId blob) => Path.Combine(Root, "blobs", blob.Hex);

    public string Incomplete(BlobId blob) => Blob(blob) + ".incomplete";

    public string Lock(BlobId blob) => Path.Combine(Locks, blob.Hex + ".lock");

    public string Snapshot(string commit) => Path.Combine(Root, "snapshots", commit);

    /// <summary>Whether a file's bytes are here, all of them; by size alone.</summary>
    public bool Has(RepoFile file, string commit) =>
        HasLength(Blob(file.Blob), file.Size) || HasLength(Path.Combine(Snapshot(commit), file.Path), file.Size);

    /// <summary>Bytes of a file that an earlier download left behind.</summary>
    public long IncompleteBytes(RepoFile file) =>
        new FileInfo(Incomplete(file.Blob)) is { Exists: true, Length: var length } && length <= file.Size ? length : 0;

    /// <summary>
    /// Makes the downloaded files one snapshot, and then the one that <c>main</c> names: whoever reads the cache sees the old one or all of
    /// the new one.
    /// </summary>
    public void Publish(DownloadPlan plan)
    {
        var snapshot = Snapshot(plan.Commit);
        Directory.CreateDirectory(snapshot);

        // A folder without a config.json is no checkpoint yet.
        foreach (var file in plan.Files.Select(planned => planned.File).OrderBy(file => file.Path == "config.json"))
        {
            Link(Path.Combine(snapshot, file.Path), Blob(file.Blob));
        }
        var reference = Path.Combine(Root, "refs", "main");
        Directory.CreateDirectory(Path.GetDirectoryName(reference)!);
        var fresh = $"{reference}.{Guid.NewGuid():N}";
        File.WriteAllText(fresh, plan.Commit);
        File.Move(fresh, reference, overwrite: true);
    }

    private static bool HasLength(string path, long size) =>
        new FileInfo(path) is { Exists: true } file
        && (file.ResolveLinkTarget(returnFinalTarget: true) ?? file) is FileInfo { Exists: true } target
        && target.Length == size;

    private static void Link(string path, string blob)
    {
        if (!File.Exists(blob))
        {
            // It lies in the snapshot itself, where links are not to be had.
            return;
        }
        File.Delete(path);
        try
        {
            File.CreateSymbolicLink(path, Path.Combine("..", "..", "blobs", Path.GetFileName(blob)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            File.Move(blob, path);
        }
    }
}
