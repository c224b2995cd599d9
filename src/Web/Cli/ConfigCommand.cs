using System.CommandLine;
using MlxActors.Web.Cli.Configuration;

namespace MlxActors.Web.Cli;

/// <summary><c>config</c>: the settings and their defaults, to read or to start a file of one's own from.</summary>
internal static class ConfigCommand
{
    private static readonly Option<bool> Markdown = new("--markdown") { Description = "As a reference for people: tables in Markdown." };

    public static Command Create(Desk desk)
    {
        var command = new Command("config", "Write out every setting, with its default and what it does; a start for a file of your own.")
        {
            Markdown,
        };
        command.SetAction(async (parsed, _) =>
        {
            var files = HoconFiles.Shipped(desk.HoconFolder).ToList();
            await desk.Out.WriteAsync(parsed.GetValue(Markdown)
                ? SettingsMarkdown.Write(files.SelectMany(file => SettingsReader.Read(File.ReadLines(file))))
                : string.Join('\n', files.Select(file => File.ReadAllText(file))));
            return ExitCodes.Success;
        });
        return command;
    }
}
