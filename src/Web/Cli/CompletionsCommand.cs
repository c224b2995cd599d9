using System.CommandLine;
using System.CommandLine.Completions;

namespace MlxActors.Web.Cli;

/// <summary><c>completions</c>: the script that has a shell ask this program what may come next.</summary>
internal static class CompletionsCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    private static readonly Argument<string> Shell = new("shell") { Description = "The shell to complete in.", HelpName = "SHELL" };

    static CompletionsCommand() => Shell.AcceptOnlyFromAmong(Shells);

    public static Command Create(Desk desk)
    {
        var command = new Command("completions", "Write the completions for bash, zsh or fish; the script's first lines say where it goes.")
        {
            Shell,
        };
        command.SetAction(async (parsed, _) =>
        {
            await desk.Out.WriteAsync(await ScriptAsync(parsed.GetRequiredValue(Shell)));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Has every argument that takes a model complete to the names of models.</summary>
    public static void CompleteModels(Command root, Desk desk)
    {
        foreach (var argument in root.Subcommands.Append(root).SelectMany(command => command.Arguments).Where(IsModel))
        {
            argument.CompletionSources.Clear();
            argument.CompletionSources.Add(_ => ModelNames(desk));
        }
    }

    private static bool IsModel(Argument argument) => argument.Name == "model";

    // The aliases, here or not, and what is here. A configuration that cannot be read has no names: a completion is no place to complain.
    private static IEnumerable<CompletionItem> ModelNames(Desk desk) => desk.Settings(null)
        .Match(NamesOf, IEnumerable<string> (_) => [])
        .Select(name => new CompletionItem(name));

    private static IEnumerable<string> NamesOf(Hosting.ServerSettings settings) => settings.Catalog.Aliases.Select(alias => alias.Name)
        .Concat(settings.Catalog.List().Select(model => model.Location.Id))
        .Distinct();

    private static async Task<string> ScriptAsync(string shell)
    {
        using var script = new StreamReader(typeof(CompletionsCommand).Assembly.GetManifestResourceStream($"completions.{shell}")!);
        return await script.ReadToEndAsync();
    }
}
