using System.Diagnostics;
using Microsoft.Extensions.AI;
using MlxActors.Generation;

namespace MlxActors.InProcess.Tests;

public sealed class MlxEngineTests
{
    [Theory]
    [InlineData("no-such-model", "", "no-such-model")]
    [InlineData("demo", "mlxactors.engine.mode = quick", "mlxactors.engine.mode")]
    [InlineData("demo", "mlxactors.engine.max-batch = 0", "mlxactors.engine.max-batch")]
    public void Start_WithWhatIsWrong_SaysWhat(string model, string configuration, string named)
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => MlxEngine.Start(new MlxEngineOptions { Model = model, Configuration = configuration }));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_WhileAnswersRun_LetsThemFinish_AndTakesNoMore()
    {
        var engine = MlxEngine.Start(new MlxEngineOptions { Model = "demo" });
        var client = engine.NewChatClient();
        var stream = client.GetStreamingResponseAsync("Count from 3 to 9.", new ChatOptions { Temperature = 0 }).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());

        var disposing = engine.DisposeAsync().AsTask();
        var text = stream.Current.Text;
        while (await stream.MoveNextAsync())
        {
            text += stream.Current.Text;
        }
        await stream.DisposeAsync();
        await disposing;

        Assert.Equal("3, 4, 5, 6, 7, 8, 9", text);
        var error = await Assert.ThrowsAsync<MlxEngineException>(() => client.GetResponseAsync("Hello"));
        Assert.IsType<GenerationError.ShuttingDown>(error.Error);
    }

    [Fact]
    public async Task Sample_Runs()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "MlxActors.Samples.InProcess.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "demo"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.Equal((0, ""), (process.ExitCode, await complained));
        Assert.Contains("Your name is Rosa.", await said, StringComparison.Ordinal);
        Assert.Contains("[asked for the weather in Athens]", await said, StringComparison.Ordinal);
        Assert.Contains("sunny", (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
    }
}
