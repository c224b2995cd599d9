namespace MlxActors.Web.Tests.Cli;

public sealed class ServeGatewayTests : IDisposable
{
    private readonly TestDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData("serve-gateway", "A gateway needs nodes")]
    [InlineData("serve-gateway --node here", "'here' is no address of a node")]
    [InlineData("serve-gateway --node http://one:1 --dns two", "'two' is no name with a port")]
    [InlineData("serve-gateway --node http://one:1 --host 0.0.0.0", "MLXACTORS_API_KEY")]
    [InlineData("serve-gateway demo", "demo")]
    public async Task GatewayThatMakesNoSense_IsExitCode2_AndSaysWhy(string command, string why)
    {
        var (exitCode, output, error) = await _desk.RunAsync(command);

        Assert.Equal(2, exitCode);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }
}
