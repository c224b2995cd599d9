using System.Collections.Immutable;
using System.Globalization;
using Akka.Configuration;
using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Policy;
using MlxActors.Native.Results;
using MlxActors.Web.Telemetry;

namespace MlxActors.Web.Hosting;

/// <summary>The section <c>mlxactors.gateway</c>, and what a gateway shares with a server.</summary>
internal static class GatewayReader
{
    public const string KeyVariable = "MLXACTORS_NODE_KEY";

    private const string Section = "mlxactors.gateway";

    public static Result<GatewaySettings, string> Read(Config config, Func<string, string?> variable)
    {
        try
        {
            return
                ListeningReader.Read(config, variable).Bind(listening =>
                TelemetrySettings.Read(config, variable).Bind(telemetry =>
                Nodes(config).Bind(nodes =>
                Dns(config, nodes).Bind(dns =>
                GatewayTlsReader.Read(config).Bind(tls =>
                Access(config, variable, tls).Bind(access =>
                Policy(config).Bind(policy =>
                Health(config).Bind(health =>
                AtLeast(config, "responses", 1).Bind(responses =>
                TimeLimits.Duration(config, "mlxactors.shutdown.deadline").Map(shutdown => new GatewaySettings(
                    listening,
                    nodes,
                    dns,
                    access,
                    policy,
                    health,
                    [.. config.GetStringList($"{Section}.manage-keys")],
                    responses,
                    shutdown,
                    new TellingSettings(telemetry.IsJson, telemetry.Level, telemetry.OpenMetrics))))))))))));
        }
        catch (Exception e) when (e is FormatException or OverflowException or ConfigurationException)
        {
            return Wrong<GatewaySettings>($"A value in the sections {Section} or mlxactors.http cannot be read: {e.Message}");
        }
    }

    private static Result<ImmutableArray<NodeAddress>, string> Nodes(Config config) => All(
        config.GetStringList($"{Section}.nodes"),
        NodeAddress.Parse,
        text => $"'{text}' is no address of a node. Expected such as http://10.0.0.5:1234.");

    private static Result<DnsSettings, string> Dns(Config config, ImmutableArray<NodeAddress> nodes) =>
        All(
            config.GetStringList($"{Section}.dns"),
            DnsName.Parse,
            text => $"'{text}' is no name with a port. Expected such as nodes.internal:1234.").Bind(names =>
        Duration(config, "dns-refresh").Bind(refresh => names.IsEmpty && nodes.IsEmpty
            ? Wrong<DnsSettings>("A gateway needs nodes: --node http://HOST:PORT, --dns NAME:PORT, or mlxactors.gateway.nodes and .dns.")
            : Result.Ok<DnsSettings, string>(new DnsSettings(names, refresh))));

    private static Result<NodeAccess, string> Access(Config config, Func<string, string?> variable, GatewayTls tls) =>
        Duration(config, "connect-timeout").Bind(connect =>
        Duration(config, "silence-timeout").Map(silence => new NodeAccess(
            variable(KeyVariable) is { Length: > 0 } given ? given : Text(config, "node-key"),
            tls.Certificate,
            tls.NodeAuthorities,
            connect,
            silence)));

    private static Result<PolicySettings, string> Policy(Config config)
    {
        var shares = config.GetConfig($"{Section}.policy.min-share")?.AsEnumerable().ToImmutableDictionary(
            share => share.Key, share => double.Parse(share.Value.GetString(), CultureInfo.InvariantCulture))
            ?? ImmutableDictionary<string, double>.Empty;
        return AtLeast(config, "policy.max-queue", 0).Bind(queue =>
            shares.FirstOrDefault(share => share.Value is not (>= 0 and <= 1)).Key is { } wrong
                ? Wrong<PolicySettings>($"{Section}.policy.min-share.{wrong}: expected a share from 0 to 1.")
                : Result.Ok<PolicySettings, string>(new PolicySettings(queue, shares)));
    }

    private static Result<HealthSettings, string> Health(Config config) =>
        Duration(config, "health.interval").Bind(interval =>
        Duration(config, "health.timeout").Bind(timeout =>
        AtLeast(config, "health.eject-after", 1).Bind(eject =>
        AtLeast(config, "health.let-in-after", 1).Bind(letIn =>
        LostAfter(config, interval + timeout).Bind(lost =>
        Duration(config, "health.models-interval").Bind(models =>
        Slowness(config).Map(slowness => new HealthSettings(interval, timeout, eject, letIn, lost, models, slowness))))))));

    /// <param name="answer">The longest that a node may take for an answer without missing it, and until it is asked.</param>
    private static Result<TimeSpan, string> LostAfter(Config config, TimeSpan answer) =>
        Duration(config, "health.lost-after").Bind(lost => lost > answer
            ? Result.Ok<TimeSpan, string>(lost)
            : Wrong<TimeSpan>($"{Section}.health.lost-after: expected more than interval and timeout together, {answer.TotalSeconds:g} s."));

    private static Result<SlownessSettings, string> Slowness(Config config) =>
        Duration(config, "health.slow-floor").Bind(floor =>
        Duration(config, "health.slow-time").Bind(time => config.GetDouble($"{Section}.health.slow-factor", 0) is >= 1 and var factor
            ? Result.Ok<SlownessSettings, string>(new SlownessSettings(factor, floor, time))
            : Wrong<SlownessSettings>($"{Section}.health.slow-factor: expected a number of at least 1.")));

    private static Result<ImmutableArray<T>, string> All<T>(
        IEnumerable<string> texts, Func<string, T?> parse, Func<string, string> complain)
        where T : class
    {
        var read = texts.Select(text => (Text: text, Value: parse(text))).ToList();
        return read.FirstOrDefault(one => one.Value is null).Text is { } wrong
            ? Wrong<ImmutableArray<T>>(complain(wrong))
            : Result.Ok<ImmutableArray<T>, string>([.. read.Select(one => one.Value!)]);
    }

    private static Result<int, string> AtLeast(Config config, string key, int least) =>
        config.GetInt($"{Section}.{key}", -1) is var number && number >= least
            ? Result.Ok<int, string>(number)
            : Wrong<int>($"{Section}.{key}: expected a number of at least {least}.");

    private static string? Text(Config config, string key) =>
        config.GetString($"{Section}.{key}", null) is { Length: > 0 } text ? text : null;

    private static Result<TimeSpan, string> Duration(Config config, string key) => TimeLimits.Duration(config, $"{Section}.{key}");

    private static Result<T, string> Wrong<T>(string why) => Result.Error<T, string>(why);
}
