using System.CommandLine;
using System.Net;

namespace MlxActors.Web.Cli;

/// <summary>Options of the commands that listen.</summary>
internal static class ListeningOptions
{
    public static Option<int?> Port { get; } =
        NumberOption.Optional("--port", "Port to listen on (default: 1234); 0 takes a free one.", IPEndPoint.MinPort, IPEndPoint.MaxPort);

    public static Option<string?> Host { get; } = new("--host")
    {
        Description = "Address to listen on (default: 127.0.0.1). One that other machines reach, such as 0.0.0.0, needs MLXACTORS_API_KEY.",
        HelpName = "ADDRESS",
    };

    public static Option<bool> LogJson { get; } = new("--log-json") { Description = "Log an object a line." };

    public static Option<string?> LogLevel { get; } = new("--log-level")
    {
        Description = "The least that is logged.",
        HelpName = "trace|debug|info|warning|error",
    };

    static ListeningOptions()
    {
        LogLevel.AcceptOnlyFromAmong("trace", "debug", "info", "warning", "error");
        Port.Aliases.Add("-p");
    }
}
