using System.CommandLine;
using MlxActors.Models;
using MlxActors.Models.Hub;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Cli;

/// <summary><c>rm</c>: a repository out of the cache, whole or half downloaded.</summary>
internal static class RemoveCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "Alias or repository id.", HelpName = "MODEL" };

    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    public static Command Create(Desk desk)
    {
        var command = new Command("rm", "Delete a model from the cache, every version of it; asks first.")
        {
            Model, Yes, CommonOptions.ConfigFile,
        };
        command.SetAction((parsed, _) => desk.Settings(parsed.GetValue(CommonOptions.ConfigFile)).Match(
            settings => RemoveAsync(parsed.GetRequiredValue(Model), settings.Catalog, parsed.GetValue(Yes), desk),
            error => desk.FailAsync(error, ExitCodes.Usage)));
        return command;
    }

    private static async Task<int> RemoveAsync(string name, ModelCatalog catalog, bool yes, Desk desk)
    {
        if (catalog.RepositoryOf(name) is not { } id)
        {
            return await desk.FailAsync($"'{name}' is no model of the cache; only those can be deleted.", ExitCodes.Usage);
        }
        var folder = new RepoFolder(catalog.Cache, id);
        if (!Directory.Exists(folder.Root))
        {
            return await desk.FailAsync($"{id} is not in the cache ({catalog.Cache.Root}).");
        }
        var size = ByteText.Of(BytesOf(folder.Root));
        if (!yes && !desk.CanAsk)
        {
            return await desk.FailAsync($"{id} would be deleted ({size}); --yes does it without a question.", ExitCodes.Usage);
        }
        if (!yes && !await AskAsync($"Delete {id} ({size}) from {catalog.Cache.Root}? [y/N] ", desk))
        {
            return await desk.FailAsync("Nothing was deleted.");
        }
        return await DeleteAsync(folder, size, desk);
    }

    private static async Task<int> DeleteAsync(RepoFolder folder, string size, Desk desk)
    {
        try
        {
            Directory.Delete(folder.Root, recursive: true);
            if (Directory.Exists(folder.Locks))
            {
                Directory.Delete(folder.Locks, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await desk.FailAsync($"{folder.Id} could not be deleted: {e.Message}");
        }
        await desk.Error.WriteLineAsync($"Deleted {folder.Id}; {size} are free again.");
        return ExitCodes.Success;
    }

    private static async Task<bool> AskAsync(string question, Desk desk)
    {
        await desk.Error.WriteAsync(question);
        await desk.Error.FlushAsync();
        return (await desk.In.ReadLineAsync())?.Trim() is "y" or "Y" or "yes";
    }

    // Links are counted by what they lead to, once: as the blob.
    private static long BytesOf(string folder) => new DirectoryInfo(folder)
        .EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.LinkTarget is null)
        .Sum(file => file.Length);
}
