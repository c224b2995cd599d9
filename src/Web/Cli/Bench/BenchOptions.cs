using System.CommandLine;
using MlxActors.Models.Synthesis;

namespace MlxActors.Web.Cli.Bench;

/// <summary>The options of <c>bench</c>.</summary>
internal static class BenchOptions
{
    private const int MostTokens = 1 << 20;

    public static Option<string?> Model { get; } = new("--model", "-m")
    {
        Description = "Alias, repository id or folder of a model on this machine.",
        HelpName = "MODEL",
    };

    public static Option<string?> Shape { get; } = new("--shape")
    {
        Description = "Instead of a model: random weights in the shape of a published one. They take some GB of disk and are written once.",
        HelpName = string.Join('|', SyntheticCheckpoint.Shapes),
    };

    public static Option<string?> CacheFolder { get; } = new("--cache-folder")
    {
        Description = "Where the weights of --shape lie (default: mlxactors/shapes in XDG_CACHE_HOME or ~/.cache).",
        HelpName = "FOLDER",
    };

    public static Option<int[]> Prompt { get; } =
        NumberOption.List("--prompt", "Tokens of a prompt to read, one number or several (512,2048); 0 for none.", 0, MostTokens, 512);

    public static Option<int[]> Generate { get; } =
        NumberOption.List("--generate", "Tokens of an answer to generate; 0 for none.", 0, MostTokens, 64);

    public static Option<int[]> Depth { get; } =
        NumberOption.List("--depth", "Tokens that were read before (0,4000).", 0, MostTokens, 0);

    public static Option<int[]> Batch { get; } =
        NumberOption.List("--batch", "Answers that are generated together (1,2,4,8).", 1, 256, 1);

    public static Option<int> Repetitions { get; } = NumberOption.WithDefault("--repetitions", "Timed runs of each test.", 1, 1000, 5);

    public static Option<bool> Operations { get; } = new("--ops")
    {
        Description = "Show each operation: time, share, bytes and operations a second.",
    };

    static BenchOptions() => Shape.AcceptOnlyFromAmong([.. SyntheticCheckpoint.Shapes]);
}
