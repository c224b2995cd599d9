using System.CommandLine;

namespace MlxActors.Web.Cli;

/// <summary>Options that several commands take.</summary>
internal static class CommonOptions
{
    public static Option<string?> ConfigFile { get; } = new("--config")
    {
        Description = "A HOCON file above the ones that ship with the server (also: MLXACTORS_CONFIG).",
        HelpName = "FILE",
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "For scripts: JSON on standard output." };
}
