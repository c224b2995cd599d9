using System.CommandLine;
using System.Globalization;
using MlxActors.Models;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Cli;

/// <summary><c>list</c>: the models on this machine.</summary>
internal static class ListCommand
{
    public static Command Create(Desk desk)
    {
        var command = new Command("list", "Show the models on this machine: those that ship with the server, and those in the cache.")
        {
            CommonOptions.Json, CommonOptions.ConfigFile,
        };
        command.Aliases.Add("ls");
        command.SetAction((parsed, _) => desk.Settings(parsed.GetValue(CommonOptions.ConfigFile)).Match(
            settings => ShowAsync(settings.Catalog, parsed.GetValue(CommonOptions.Json), desk),
            error => desk.FailAsync(error, ExitCodes.Usage)));
        return command;
    }

    private static async Task<int> ShowAsync(ModelCatalog catalog, bool asJson, Desk desk)
    {
        var rows = catalog.List().Select(model => ModelRow.Of(model, catalog)).ToList();
        if (asJson)
        {
            await desk.Out.WriteLineAsync(CliJson.Of(rows));
            return ExitCodes.Success;
        }
        foreach (var line in TextTable.Lines([["MODEL", "ALIAS", "SIZE", "FAMILY", "WINDOW", "TAKES", "FROM"], .. rows.Select(Cells)]))
        {
            await desk.Out.WriteLineAsync(line);
        }
        foreach (var alias in catalog.Aliases.Where(alias => ModelPull.Missing(catalog, alias.Name) is not null))
        {
            await desk.Error.WriteLineAsync($"Not here: {alias.Name} ({alias.Target}); `pull {alias.Name}` gets it.");
        }
        return ExitCodes.Success;
    }

    private static IReadOnlyList<string> Cells(ModelRow row) =>
    [
        row.Id,
        row.Aliases.Count == 0 ? "-" : string.Join(',', row.Aliases),
        ByteText.Of(row.Bytes),
        row.Family ?? "?",
        row.ContextWindow?.ToString(CultureInfo.InvariantCulture) ?? "?",
        string.Join(',', row.Capabilities),
        row.Origin,
    ];
}
