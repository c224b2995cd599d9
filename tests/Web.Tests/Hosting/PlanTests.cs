using MlxActors.Native.Cpu;
using MlxActors.Native.Results;
using MlxActors.Web.Hosting;

namespace MlxActors.Web.Tests.Hosting;

/// <summary>From configuration files and a model's name to what is served.</summary>
public sealed class PlanTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("mlxactors-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void NoModelNamed_NoGemmaCached_TakesDemoAndSaysHowToGetGemma()
    {
        var choice = Ok(Plan(null)).Choice;

        Assert.Equal("demo", choice.Model.Id);
        Assert.Contains("huggingface-cli download mlx-community/gemma-3-4b-it-4bit", choice.Hint);
    }

    [Fact]
    public void NoModelNamed_GemmaCached_TakesGemma()
    {
        var snapshot = Path.Combine(_home.FullName, ".cache/huggingface/hub/models--mlx-community--gemma-3-4b-it-4bit/snapshots/abc");
        Directory.CreateDirectory(snapshot);
        foreach (var file in new[] { "config.json", "tokenizer.json", "model.safetensors" })
        {
            File.WriteAllText(Path.Combine(snapshot, file), "{}");
        }

        var choice = Ok(Plan(null)).Choice;

        Assert.Equal(("mlx-community/gemma-3-4b-it-4bit", snapshot), (choice.Model.Id, choice.Model.Directory));
        Assert.Null(choice.Hint);
    }

    [Fact]
    public void ModelNamed_NotThere_IsAnErrorThatSaysHowToGetIt() =>
        Assert.Contains("huggingface-cli download mlx-community/gemma-3-4b-it-4bit", Error(Plan("gemma")));

    [Fact]
    public void FolderNamed_ThatIsTheShippedModels_IsThatModel()
    {
        var demo = Ok(Plan("demo")).Choice.Model;

        Assert.Equal(demo, Ok(Plan(Path.GetRelativePath(Environment.CurrentDirectory, demo.Directory))).Choice.Model);
    }

    [Fact]
    public void UserFile_StandsAboveTheShippedOnes_AndBelowTheCommandLine()
    {
        var file = Path.Combine(_home.FullName, "my.conf");
        File.WriteAllText(file, "mlxactors { http.port = 7000, engine.threads = 3, engine.mode = exact }");

        var plan = Ok(Plan("demo", file, "mlxactors.http.port = 7001"));

        Assert.Equal(7001, plan.Settings.Address.Port);
        Assert.Equal(new CpuOptions(CpuMode.Exact, 3), plan.Engine.Cpu);
        Assert.Equal(64 << 20, plan.Settings.MaxRequestBytes);
    }

    [Fact]
    public void ShippedSettings_FetchFromPublicHostsOnly_WithinLimits()
    {
        var fetch = Ok(Plan("demo")).Media;

        Assert.True(fetch.Enabled);
        Assert.False(fetch.AllowPrivateAddresses);
        Assert.Empty(fetch.AllowHosts);
        Assert.Equal((32, 64 << 20, 4, 4), (fetch.MaxUrls, fetch.MaxBytes, fetch.MaxRedirects, fetch.Concurrent));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)), (fetch.Timeout, fetch.FirstByteTimeout));
    }

    [Theory]
    [InlineData("mlxactors.http.host = nowhere", "nowhere")]
    [InlineData("mlxactors.http.port = 70000", "70000")]
    [InlineData("mlxactors.engine.mode = quick", "mlxactors.engine.mode")]
    [InlineData("mlxactors.engine.threads = 0", "mlxactors.engine.threads")]
    [InlineData("mlxactors.media.fetch.enabled = perhaps", "mlxactors.media.fetch")]
    [InlineData("mlxactors.media.fetch.max-urls = 0", "mlxactors.media.fetch.max-urls")]
    [InlineData("mlxactors.media.fetch.max-bytes = 0", "mlxactors.media.fetch.max-bytes")]
    [InlineData("mlxactors.media.fetch.max-bytes = 3GiB", "mlxactors.media.fetch.max-bytes")]
    [InlineData("mlxactors.media.fetch.timeout = soon", "mlxactors.media.fetch")]
    [InlineData("mlxactors.media.fetch.timeout = 0s", "mlxactors.media.fetch.timeout")]
    [InlineData("mlxactors.media.fetch.first-byte-timeout = 0s", "mlxactors.media.fetch.first-byte-timeout")]
    [InlineData("mlxactors.media.fetch.max-redirects = -1", "mlxactors.media.fetch.max-redirects")]
    [InlineData("mlxactors.media.fetch.concurrent = 0", "mlxactors.media.fetch.concurrent")]
    public void BadSetting_IsAnErrorThatNamesIt(string setting, string named) => Assert.Contains(named, Error(Plan("demo", null, setting)));

    [Fact]
    public void UserFile_ThatIsNotThere_IsAnError() => Assert.Contains("missing.conf", Error(Plan("demo", "missing.conf")));

    private Result<ServerPlan, string> Plan(string? model, string? userFile = null, string overrides = "") =>
        HoconFiles.Load(Path.Combine(AppContext.BaseDirectory, "hocon"), userFile, overrides)
            .Bind(hocon => ServerPlan.Make(hocon, model, new Surroundings(_ => null, _home.FullName, AppContext.BaseDirectory)));

    private static ServerPlan Ok(Result<ServerPlan, string> plan) => Assert.IsType<Result<ServerPlan, string>.Ok>(plan).Value;

    private static string Error(Result<ServerPlan, string> plan) => Assert.IsType<Result<ServerPlan, string>.Error>(plan).Reason;
}
