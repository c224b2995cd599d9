using System.CommandLine;

namespace MlxActors.Web.Cli;

/// <summary>The options that say what computes, of the commands that compute.</summary>
internal static class EngineOptions
{
    public static Option<string?> Backend { get; } = new("--backend") { Description = "What computes.", HelpName = "auto|mlx|cpu" };

    public static Option<string?> Mode { get; } = new("--mode")
    {
        Description = "fast (the default): 8-bit activations; exact: float32 throughout.",
        HelpName = "exact|fast",
    };

    public static Option<int?> Threads { get; } =
        NumberOption.Optional("--threads", "Threads of the CPU engine (default: one per processor).", 1, 1024);

    static EngineOptions()
    {
        Backend.AcceptOnlyFromAmong("auto", "mlx", "cpu");
        Mode.AcceptOnlyFromAmong("exact", "fast");
    }
}
