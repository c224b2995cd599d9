using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MlxActors.Models;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Cli;

/// <summary><c>show</c>: all that is known of one model without loading it.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "Alias, repository id or folder.", HelpName = "MODEL" };

    public static Command Create(Desk desk)
    {
        var command = new Command("show", "Show what is known of a model on this machine.")
        {
            Model, CommonOptions.Json, CommonOptions.ConfigFile,
        };
        command.SetAction((parsed, _) => desk.Settings(parsed.GetValue(CommonOptions.ConfigFile)).Match(
            settings => FindAsync(parsed.GetRequiredValue(Model), settings.Catalog, parsed.GetValue(CommonOptions.Json), desk),
            error => desk.FailAsync(error, ExitCodes.Usage)));
        return command;
    }

    private static Task<int> FindAsync(string name, ModelCatalog catalog, bool asJson, Desk desk)
    {
        var isFolder = Directory.Exists(name) && catalog.RepositoryOf(name) is null;
        var known = isFolder ? catalog.WithFolder(name) : catalog;
        return known.Resolve(isFolder ? known.Folders[^1] : name).Match(
            location => ShowAsync(known.Describe(location), known, asJson, desk),
            reason => desk.FailAsync($"The model '{name}' was not found: {reason}"));
    }

    private static async Task<int> ShowAsync(ListedModel model, ModelCatalog catalog, bool asJson, Desk desk)
    {
        var row = ModelRow.Of(model, catalog);
        var (files, quantization) = (ModelRow.Files(row.Folder).ToList(), Quantization(row.Folder));
        if (asJson)
        {
            await desk.Out.WriteLineAsync(CliJson.Of(new
            {
                Model = row,
                Quantization = quantization is var (bits, group) ? new { Bits = bits, GroupSize = group } : null,
                Files = files.Select(file => new { file.Name, file.Bytes }),
            }));
            return ExitCodes.Success;
        }
        IReadOnlyList<string>[] facts =
        [
            ["Model", row.Id],
            ["Aliases", row.Aliases.Count == 0 ? "none" : string.Join(", ", row.Aliases)],
            ["Family", row.Family ?? "not said"],
            ["Window", row.ContextWindow is { } window ? string.Create(CultureInfo.InvariantCulture, $"{window} tokens") : "not said"],
            ["Takes", string.Join(", ", row.Capabilities)],
            ["Weights", quantization is var (b, g) ? $"{b} bits, groups of {g}" : "not quantized"],
            ["Size", ByteText.Of(row.Bytes)],
            ["Folder", row.Folder],
        ];
        foreach (var line in TextTable.Lines([.. facts, .. files.Select(file => new[] { "", $"{file.Name}  {ByteText.Of(file.Bytes)}" })]))
        {
            await desk.Out.WriteLineAsync(line);
        }
        return ExitCodes.Success;
    }

    private static (int Bits, int GroupSize)? Quantization(string folder)
    {
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
            return config.RootElement.TryGetProperty("quantization", out var scheme)
                && scheme.TryGetProperty("bits", out var bits) && scheme.TryGetProperty("group_size", out var group)
                ? (bits.GetInt32(), group.GetInt32())
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IOException)
        {
            return null;
        }
    }
}
