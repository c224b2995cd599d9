using System.Globalization;
using System.Text;

namespace MlxActors.Web.Cli.Configuration;

/// <summary>The reference of all settings, as <c>docs/configuration.md</c> has it.</summary>
internal static class SettingsMarkdown
{
    private const string Own = "mlxactors";

    private const string Head =
        """
        # Configuration

        Every setting with its default. This page is written from the comments in [`hocon/`](../hocon) by
        `./run.sh config --markdown > docs/configuration.md`; a test holds the two together.

        A file of your own stands above the shipped ones, and needs only what it changes: `--config my.conf`, or the variable
        `MLXACTORS_CONFIG`. The command line stands above all files. It is [HOCON](https://github.com/lightbend/config/blob/main/HOCON.md):

            mlxactors {
              http.port = 8080
              engine { mode = exact, threads = 4 }
            }

        Durations are written `500ms`, `30s`, `5m`; sizes `64MiB`, `4GiB`; switches `on` and `off`.
        """;

    /// <summary>The settings of the product; those of the libraries below it are left out.</summary>
    public static string Write(IEnumerable<SettingSection> sections)
    {
        var text = new StringBuilder(Head).Append('\n');
        foreach (var section in sections.Where(section => section.Path.Split('.')[0] == Own))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## `{section.Path}`\n\n");
            if (section.Comment.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{section.Comment}\n\n");
            }
            text.Append("| setting | default | |\n|---|---|---|\n");
            foreach (var group in section.Groups)
            {
                var (keys, defaults) = (Code(group, setting => setting.Key), Code(group, setting => setting.Default));
                text.Append(CultureInfo.InvariantCulture, $"| {keys} | {defaults} | {Cell(group.Comment)} |\n");
            }
        }
        return text.ToString();
    }

    private static string Code(SettingGroup group, Func<Setting, string> text) =>
        string.Join("<br>", group.Settings.Select(setting => $"`{Cell(text(setting))}`"));

    // A bar ends a cell, even within code.
    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
