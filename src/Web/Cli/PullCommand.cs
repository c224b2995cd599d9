using System.CommandLine;
using MlxActors.Models;
using MlxActors.Native.Results;

namespace MlxActors.Web.Cli;

/// <summary><c>pull</c>: a model from the hub into the cache.</summary>
internal static class PullCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "Alias or repository id.", HelpName = "MODEL" };

    private static readonly Option<bool> Refresh = new("--refresh")
    {
        Description = "Ask the hub whether there is a newer version of a model that is here.",
    };

    public static Command Create(Desk desk)
    {
        var command = new Command("pull", "Download a model into the Hugging Face cache; goes on where an earlier download broke off.")
        {
            Model, Refresh, CommonOptions.ConfigFile,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(Model), parsed.GetValue(Refresh), parsed.GetValue(CommonOptions.ConfigFile), desk));
        return command;
    }

    private static Task<int> RunAsync(string name, bool refresh, string? config, Desk desk) => desk.Settings(config).Match(
        settings => PullAsync(name, refresh, settings.Catalog, desk),
        error => desk.FailAsync(error, ExitCodes.Usage));

    private static async Task<int> PullAsync(string name, bool refresh, ModelCatalog catalog, Desk desk)
    {
        var id = catalog.RepositoryOf(name);
        if (catalog.Resolve(name) is Result<ModelLocation, string>.Ok(var here) && (!refresh || id is null))
        {
            await desk.Error.WriteLineAsync($"{here.Id} is on this machine.");
            await desk.Out.WriteLineAsync(here.Directory);
            return ExitCodes.Success;
        }
        if (id is null)
        {
            return await desk.FailAsync(
                $"'{name}' is no alias and no repository id of the form organisation/name. `list` shows what there is.", ExitCodes.Usage);
        }
        using var interruption = new Interruption();
        try
        {
            var pulled = await ModelPull.RunAsync(id, catalog.Cache, desk, interruption.Token);
            return await pulled.Match(
                async folder =>
                {
                    await desk.Out.WriteLineAsync(folder);
                    return ExitCodes.Success;
                },
                error => desk.FailAsync(error));
        }
        catch (OperationCanceledException)
        {
            return await desk.FailAsync("Interrupted; the same command goes on from there.", interruption.ExitCode);
        }
    }
}
