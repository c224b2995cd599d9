using System.CommandLine;
using System.Globalization;

namespace MlxActors.Web.Cli;

/// <summary><c>serve-gateway</c>: one address before several servers.</summary>
internal static class ServeGatewayCommand
{
    private static readonly Option<string[]> Nodes = new("--node")
    {
        Description = "A node: the address of a server, such as http://10.0.0.5:1234. Once for each.",
        HelpName = "URL",
    };

    private static readonly Option<string[]> Dns = new("--dns")
    {
        Description = "A name all of whose addresses are nodes, looked up again and again. With https:// before it for TLS.",
        HelpName = "NAME:PORT",
    };

    public static Command Create(Desk desk)
    {
        var command = new Command(
            "serve-gateway",
            $"Serve one address before several servers, its nodes. {Hosting.GatewayReader.KeyVariable} holds the key that they ask for.")
        {
            Nodes,
            Dns,
            ListeningOptions.Port,
            ListeningOptions.Host,
            ListeningOptions.LogJson,
            ListeningOptions.LogLevel,
            CommonOptions.ConfigFile,
        };
        command.SetAction((parsed, _) => ServeGateway.RunAsync(parsed.GetValue(CommonOptions.ConfigFile), ToHocon(parsed), desk));
        return command;
    }

    private static string ToHocon(ParseResult parsed) => string.Join('\n', new[]
    {
        HoconLine.Of("mlxactors.gateway.nodes", parsed.GetValue(Nodes) ?? []),
        HoconLine.Of("mlxactors.gateway.dns", parsed.GetValue(Dns) ?? []),
        HoconLine.Of("mlxactors.http.host", parsed.GetValue(ListeningOptions.Host)),
        HoconLine.Of("mlxactors.http.port", parsed.GetValue(ListeningOptions.Port)?.ToString(CultureInfo.InvariantCulture)),
        HoconLine.Of("mlxactors.log.level", parsed.GetValue(ListeningOptions.LogLevel)),
        HoconLine.Of("mlxactors.log.format", parsed.GetValue(ListeningOptions.LogJson) ? "json" : null),
    }.OfType<string>());
}
