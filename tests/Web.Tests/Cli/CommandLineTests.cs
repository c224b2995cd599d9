using MlxActors.Web.Cli;

namespace MlxActors.Web.Tests.Cli;

public sealed class CommandLineTests
{
    private static readonly ServeOptions Nothing = new(null, null, null, null, null, null, null);

    [Fact]
    public async Task NoArguments_LeaveEverythingToTheConfiguration() => Assert.Equal((0, Nothing), await RunAsync());

    [Fact]
    public async Task EveryOption_IsTaken() => Assert.Equal(
        (0, new ServeOptions("gemma", "0.0.0.0", 8080, "cpu", "exact", 3, "my.conf")),
        await RunAsync(
            "gemma", "--port", "8080", "--host", "0.0.0.0", "--backend", "cpu", "--mode", "exact", "--threads", "3",
            "--config", "my.conf"));

    [Fact]
    public async Task Serve_MayBeSaid() =>
        Assert.Equal((0, Nothing with { Model = "gemma", Port = 1 }), await RunAsync("serve", "gemma", "-p", "1"));

    [Fact]
    public async Task Model_MayBeAnOption() => Assert.Equal((0, Nothing with { Model = "a/b" }), await RunAsync("--model", "a/b"));

    [Theory]
    [InlineData("--port", "no")]
    [InlineData("--port", "70000")]
    [InlineData("--threads", "0")]
    [InlineData("--mode", "quick")]
    [InlineData("--backend", "abacus")]
    [InlineData("--nonsense")]
    [InlineData("demo", "--model", "demo")]
    [InlineData("demo", "gemma")]
    public async Task BadArguments_AreExitCode2_AndNothingIsServed(params string[] args) => Assert.Equal((2, null), await RunAsync(args));

    [Fact]
    public void Options_BecomeHocon_WithStringsQuoted() => Assert.Equal(
        """
        mlxactors.http.host = "::1"
        mlxactors.http.port = "1"
        """,
        (Nothing with { Host = "::1", Port = 1 }).ToHocon());

    private static async Task<(int ExitCode, ServeOptions? Served)> RunAsync(params string[] args)
    {
        ServeOptions? served = null;
        var exitCode = await CommandLine.RunAsync(args, TestDesk.Quiet, options =>
        {
            served = options;
            return Task.FromResult(0);
        });
        return (exitCode, served);
    }
}
