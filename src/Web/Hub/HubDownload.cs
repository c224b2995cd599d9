using System.Collections.Concurrent;
using MlxActors.Models;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hub;

/// <summary>What a download depends on beside the hub: given, so that tests can hurry it and fill its disk.</summary>
/// <param name="Patience">How long nothing may come before a connection counts as broken.</param>
/// <param name="FreeBytes">Room on the disk of a folder.</param>
/// <param name="Open">A file to read and go on writing, made when it is not there.</param>
internal sealed record DownloadTerms(
    Retries Retries, TimeSpan Patience, Func<string, long> FreeBytes, Func<string, Stream> Open, TimeProvider Clock)
{
    public static DownloadTerms Default { get; } = new(
        Retries.Default,
        TimeSpan.FromSeconds(30),
        folder => new DriveInfo(folder).AvailableFreeSpace,
        path => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0),
        TimeProvider.System);
}

/// <summary>Downloads a repository's checkpoint into the cache.</summary>
internal sealed class HubDownload(HubClient client, HubCache cache, DownloadTerms terms)
{
    private const int FilesAtOnce = 4;

    /// <returns>The snapshot's folder.</returns>
    public async Task<Result<string, HubError>> PullAsync(RepoId id, Action<PullEvent> report, CancellationToken cancellationToken)
    {
        var folder = new RepoFolder(cache, id);
        try
        {
            var listed = await terms.Retries.RunAsync(token => client.ListAsync(id, token), terms.Clock, report, cancellationToken);
            var planned = listed.Bind(listing =>
                DownloadPlan.Make(listing, folder).MapError(HubError (reason) => new HubError.NoCheckpoint(id, reason)));
            return await planned.Match(
                plan => DownloadAsync(plan, folder, report, cancellationToken),
                error => Task.FromResult(Result.Error<string, HubError>(error)));
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            return new HubError.DiskFull(cache.Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new HubError.DiskFailed(e.Message);
        }
    }

    private async Task<Result<string, HubError>> DownloadAsync(
        DownloadPlan plan, RepoFolder folder, Action<PullEvent> report, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(folder.Root, "blobs"));
        if (terms.FreeBytes(cache.Root) is var free && free < plan.MissingBytes)
        {
            return new HubError.NoSpace(cache.Root, plan.MissingBytes, free);
        }
        report(new PullEvent.Planned(plan));
        var (configs, others) = (plan.Files.Where(IsConfig), plan.Files.Where(planned => !IsConfig(planned)));
        var error = await DownloadFilesAsync(configs, plan.Commit, folder, report, cancellationToken)
            ?? CheckFamily(configs.First().File, plan, folder)
            ?? await DownloadFilesAsync(others, plan.Commit, folder, report, cancellationToken);
        if (error is not null)
        {
            return error;
        }
        folder.Publish(plan);
        return folder.Snapshot(plan.Commit);
    }

    private static bool IsConfig(PlannedFile planned) => planned.File.Path == RepoListing.Config;

    // A few kB say whether the gigabytes are worth it.
    private static HubError? CheckFamily(RepoFile config, DownloadPlan plan, RepoFolder folder)
    {
        var blob = folder.Blob(config.Blob);
        var card = ModelCard.ReadFile(File.Exists(blob) ? blob : Path.Combine(folder.Snapshot(plan.Commit), config.Path));
        return card.Family is { } family && ModelLoader.KnownTypes.Contains(family) ? null : new HubError.UnknownFamily(plan.Id, card.Family);
    }

    // The first that fails for good stops the others; what they have stays for the next time.
    private async Task<HubError?> DownloadFilesAsync(
        IEnumerable<PlannedFile> files,
        string commit,
        RepoFolder folder,
        Action<PullEvent> report,
        CancellationToken cancellationToken)
    {
        var download = new FileDownload(client, folder, commit, terms);
        var errors = new ConcurrentQueue<HubError>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Parallel.ForEachAsync(
                files.Where(planned => !planned.IsInPlace).Select(planned => planned.File).DistinctBy(file => file.Blob),
                new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = stop.Token },
                async (file, token) =>
                {
                    if (await OneAsync(file, download, commit, folder, report, token) is Result<RepoFile, HubError>.Error(var error))
                    {
                        errors.Enqueue(error);
                        await stop.CancelAsync();
                    }
                });
        }
        catch (OperationCanceledException) when (!errors.IsEmpty && !cancellationToken.IsCancellationRequested)
        {
            // Stopped by the error that is returned.
        }
        return errors.TryPeek(out var first) ? first : null;
    }

    private async Task<Result<RepoFile, HubError>> OneAsync(
        RepoFile file,
        FileDownload download,
        string commit,
        RepoFolder folder,
        Action<PullEvent> report,
        CancellationToken cancellationToken)
    {
        using var held = await BlobLock.TakeAsync(
            folder.Lock(file.Blob), () => report(new PullEvent.Waiting(file)), terms.Clock, cancellationToken);
        if (folder.Has(file, commit))
        {
            // Whoever held the lock has downloaded it.
            report(new PullEvent.Received(file, file.Size));
            return file;
        }
        while (true)
        {
            var before = folder.IncompleteBytes(file);
            var result = await terms.Retries.RunAsync(
                token => download.AttemptAsync(file, bytes => report(new PullEvent.Received(file, bytes)), token),
                terms.Clock,
                report,
                cancellationToken);

            // As long as bytes come, a bad line is no reason to give up.
            if (result is not Result<RepoFile, HubError>.Error(HubError.Broken) || folder.IncompleteBytes(file) <= before)
            {
                return result;
            }
        }
    }

    // The bare errno on Unix; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private static bool IsDiskFull(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) is 0x70 or 0x27
        : e.HResult == 28;
}
