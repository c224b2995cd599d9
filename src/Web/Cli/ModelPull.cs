using MlxActors.Models;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Cli;

/// <summary>Downloads a model when it is not on this machine, and asks nobody when it is.</summary>
internal static class ModelPull
{
    /// <summary>Whether a name stands for something that could be downloaded and is not here.</summary>
    public static RepoId? Missing(ModelCatalog catalog, string name) =>
        catalog.Resolve(name) is Result<ModelLocation, string>.Error && !Directory.Exists(name) ? catalog.RepositoryOf(name) : null;

    /// <summary>Downloads a model that the user names and that is not here.</summary>
    /// <returns>The exit code when that failed; null when the model is here, or nowhere: then whoever loads it says why.</returns>
    public static async Task<int?> EnsureAsync(ModelCatalog catalog, string name, Desk desk)
    {
        if (Missing(catalog, name) is not { } id)
        {
            return null;
        }
        using var interruption = new Interruption();
        try
        {
            var pulled = await RunAsync(id, catalog.Cache, desk, interruption.Token);
            return pulled is Result<string, string>.Error(var reason) ? await desk.FailAsync(reason) : null;
        }
        catch (OperationCanceledException)
        {
            return await desk.FailAsync("Interrupted; the same command goes on from there.", interruption.ExitCode);
        }
    }

    /// <returns>The snapshot's folder, or what went wrong, for the user.</returns>
    /// <exception cref="OperationCanceledException">What came so far stays for the next time.</exception>
    public static Task<Result<string, string>> RunAsync(RepoId id, HubCache cache, Desk desk, CancellationToken cancellationToken) =>
        HubSettings.Read(desk.Surroundings.Variable, desk.Surroundings.Home).Match(
            settings => settings.IsOffline
                ? Task.FromResult(Result.Error<string, string>(new HubError.Offline(id).Message))
                : DownloadAsync(id, cache, settings, desk, cancellationToken),
            error => Task.FromResult(Result.Error<string, string>(error)));

    private static async Task<Result<string, string>> DownloadAsync(
        RepoId id, HubCache cache, HubSettings settings, Desk desk, CancellationToken cancellationToken)
    {
        using var http = HubClient.NewHttp();
        var download = new HubDownload(new HubClient(settings, http, desk.Download.Clock), cache, desk.Download);
        var pulled = await PullView.ShowAsync(desk, report => download.PullAsync(id, report, cancellationToken));
        return pulled.MapError(error => error.Message);
    }
}
