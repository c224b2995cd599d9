using System.Collections.Immutable;
using MlxActors.Native.Results;

namespace MlxActors.Models.Hub;

/// <param name="Have">Bytes that are on this machine already.</param>
/// <param name="IsInPlace">Whether nothing is left to do; a download with all its bytes still has to be checked.</param>
public sealed record PlannedFile(RepoFile File, long Have, bool IsInPlace);

/// <summary>What of a repository is to be downloaded.</summary>
/// <param name="Commit">The commit that the files are of.</param>
/// <param name="Files">All that the checkpoint needs, whole ones too.</param>
public sealed record DownloadPlan(RepoId Id, string Commit, ImmutableArray<PlannedFile> Files)
{
    public long TotalBytes => Files.Sum(planned => planned.File.Size);

    public long MissingBytes => Files.Sum(planned => planned.File.Size - planned.Have);

    /// <returns>Or why the repository is no checkpoint, in words that follow "the repository".</returns>
    public static Result<DownloadPlan, string> Make(RepoListing listing, RepoFolder folder) => listing.Needed().Map(needed =>
        new DownloadPlan(folder.Id, listing.Commit, [.. needed.Select(file => Plan(file, listing.Commit, folder))]));

    private static PlannedFile Plan(RepoFile file, string commit, RepoFolder folder) => folder.Has(file, commit)
        ? new PlannedFile(file, file.Size, IsInPlace: true)
        : new PlannedFile(file, folder.IncompleteBytes(file), IsInPlace: false);
}
