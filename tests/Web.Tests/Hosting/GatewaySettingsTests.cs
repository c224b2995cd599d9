using MlxActors.Gateway.Hosting;
using MlxActors.Native.Results;
using MlxActors.Web.Hosting;

namespace MlxActors.Web.Tests.Hosting;

/// <summary>From configuration files to what a gateway works with.</summary>
public sealed class GatewaySettingsTests
{
    private const string Node = "mlxactors.gateway.nodes = [\"http://10.0.0.5:1234/\"]\n";

    [Fact]
    public void ShippedSettings_NeedOnlyNodes()
    {
        var settings = Ok(Read(Node));

        Assert.Equal("http://10.0.0.5:1234", Assert.Single(settings.Nodes).Url);
        Assert.Empty(settings.Dns.Names);
        Assert.Null(settings.Access.Key);
        Assert.Null(settings.Access.Certificate);
        Assert.Equal(4, settings.Policy.MaxQueue);
        Assert.Empty(settings.Policy.MinShare);
        Assert.Equal((TimeSpan.FromSeconds(1), 2, 1), (settings.Health.Interval, settings.Health.EjectAfter, settings.Health.LetInAfter));
        Assert.Equal(1234, settings.Listening.Address.Port);
    }

    /// <summary>The gateway must not send out a node whose engine has its time to answer.</summary>
    [Fact]
    public void ShippedSettings_WaitLongerForANodeThanTheNodeForItsEngine()
    {
        var settings = Ok(Read(Node));
        var deadline = HoconFiles.Load(Folder, null, "").Bind(TimeLimits.Read).Match(
            times => times.Health, error => throw new InvalidOperationException(error));

        Assert.True(settings.Health.Timeout > deadline);
    }

    [Fact]
    public void EachSetting_IsRead()
    {
        var settings = Ok(Read("""
            mlxactors.gateway {
              dns = ["nodes.internal:1", "https://others:2"]
              dns-refresh = 3s
              node-key = of-file
              manage-keys = [one, two]
              responses = 7
              silence-timeout = 4s
              policy { max-queue = 0, min-share { gemma = 0.5, "org/model" = 1 } }
              health { lost-after = 17s, slow-factor = 2.5, slow-floor = 100ms, slow-time = 5s }
            }
            mlxactors.http.port = 99
            """));

        Assert.Equal(["nodes.internal:1", "others:2"], settings.Dns.Names.Select(name => name.ToString()));
        Assert.Equal(["http", "https"], settings.Dns.Names.Select(name => name.Scheme));
        Assert.Equal(TimeSpan.FromSeconds(3), settings.Dns.Refresh);
        Assert.Equal("of-file", settings.Access.Key);
        Assert.Equal(["one", "two"], settings.ManageKeys.AsEnumerable());
        Assert.Equal((7, TimeSpan.FromSeconds(4), 99), (settings.Responses, settings.Access.Silence, settings.Listening.Address.Port));
        Assert.Equal((0, 0.5, 1), (settings.Policy.MaxQueue, settings.Policy.MinShare["gemma"], settings.Policy.MinShare["org/model"]));
        Assert.Equal((TimeSpan.FromSeconds(17), 2.5), (settings.Health.LostAfter, settings.Health.Slowness.Factor));
    }

    [Fact]
    public void NodeKey_OfTheEnvironment_StandsAboveTheFiles() => Assert.Equal(
        "of-environment",
        Ok(Read(Node + "mlxactors.gateway.node-key = of-file", name => name == "MLXACTORS_NODE_KEY" ? "of-environment" : null)).Access.Key);

    [Theory]
    [InlineData("", "--node")]
    [InlineData("mlxactors.gateway.nodes = [\"10.0.0.5\"]", "10.0.0.5")]
    [InlineData("mlxactors.gateway.dns = [\"nodes\"]", "nodes")]
    [InlineData(Node + "mlxactors.gateway.dns-refresh = soon", "mlxactors.gateway.dns-refresh")]
    [InlineData(Node + "mlxactors.gateway.policy.max-queue = -2", "mlxactors.gateway.policy.max-queue")]
    [InlineData(Node + "mlxactors.gateway.policy.min-share.gemma = 2", "mlxactors.gateway.policy.min-share.gemma")]
    [InlineData(Node + "mlxactors.gateway.policy.min-share.gemma = half", "mlxactors.gateway")]
    [InlineData(Node + "mlxactors.gateway.health.eject-after = 0", "mlxactors.gateway.health.eject-after")]
    [InlineData(Node + "mlxactors.gateway.health.lost-after = 16s", "mlxactors.gateway.health.lost-after")]
    [InlineData(Node + "mlxactors.gateway.health.slow-factor = 0.5", "mlxactors.gateway.health.slow-factor")]
    [InlineData(Node + "mlxactors.gateway.tls.node-ca = \"/nowhere.pem\"", "/nowhere.pem")]
    [InlineData(Node + "mlxactors.http.host = 0.0.0.0", "MLXACTORS_API_KEY")]
    public void WrongSetting_IsNamed(string settings, string named) =>
        Assert.Contains(named, Assert.IsType<Result<GatewaySettings, string>.Error>(Read(settings)).Reason, StringComparison.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, HoconFiles.Folder);

    private static Result<GatewaySettings, string> Read(string settings, Func<string, string?>? variable = null) =>
        HoconFiles.Load(Folder, null, settings).Bind(hocon => GatewayReader.Read(hocon, variable ?? (_ => null)));

    private static GatewaySettings Ok(Result<GatewaySettings, string> read) =>
        read.Match(settings => settings, error => throw new InvalidOperationException(error));
}
