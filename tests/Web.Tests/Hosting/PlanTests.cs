using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Models.Media.Ffmpeg;
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
        Assert.Equal("`pull gemma` gets it", choice.Hint);
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
        Assert.Contains("`pull mlx-community/gemma-3-4b-it-4bit` gets it", Error(Plan("gemma")));

    [Fact]
    public void FolderNamed_OfAnUnknownFamily_IsAnErrorThatNamesTheKnownOnes()
    {
        File.WriteAllText(Path.Combine(_home.FullName, "config.json"), """{"model_type":"llama"}""");
        foreach (var file in new[] { "tokenizer.json", "model.safetensors" })
        {
            File.WriteAllText(Path.Combine(_home.FullName, file), "{}");
        }

        var error = Error(Plan(_home.FullName));

        Assert.Contains("its family is llama", error);
        Assert.All(ModelLoader.KnownTypes, family => Assert.Contains(family, error));
    }

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

        Assert.Equal(7001, plan.Settings.Listening.Address.Port);
        Assert.Equal(new CpuOptions(CpuMode.Exact, 3), plan.Engine.Cpu);
        Assert.Equal(64 << 20, plan.Settings.Listening.MaxRequestBytes);
    }

    [Fact]
    public void ShippedSettings_DecodeWithinTheDecodersOwnLimits()
    {
        var media = Ok(Plan("demo")).Media;

        Assert.Equal((MediaLimits.Default.Images, MediaLimits.Default.Video), (media.Limits.Images, media.Limits.Video));
        Assert.Equal(new AudioLimits(600, 57_600_000), media.Limits.Audio);
        Assert.Equal(new FfmpegSettings(new FfmpegLocation.Auto(""), TimeSpan.FromMinutes(1), 2L << 30, Concurrent: 4), media.Ffmpeg);
    }

    [Theory]
    [InlineData("off", typeof(FfmpegLocation.Off))]
    [InlineData("/opt/ffmpeg/bin/ffmpeg", typeof(FfmpegLocation.At))]
    public void FfmpegPath_SaysWhereItIs(string path, Type expected) =>
        Assert.IsType(expected, Ok(Plan("demo", null, $"mlxactors.media.ffmpeg.path = \"{path}\"")).Media.Ffmpeg.Location);

    [Fact]
    public void ShippedSettings_FetchFromPublicHostsOnly_WithinLimits()
    {
        var fetch = Ok(Plan("demo")).Fetch;

        Assert.True(fetch.Enabled);
        Assert.False(fetch.AllowPrivateAddresses);
        Assert.Empty(fetch.AllowHosts);
        Assert.Equal((32, 64 << 20, 4, 4), (fetch.MaxUrls, fetch.MaxBytes, fetch.MaxRedirects, fetch.Concurrent));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)), (fetch.Timeout, fetch.FirstByteTimeout));
    }

    [Theory]
    [InlineData("mlxactors.http { host = 0.0.0.0, allow-anonymous = on }", null, 0)]
    [InlineData("mlxactors.http { host = 0.0.0.0, api-keys = [a] }", null, 1)]
    [InlineData("mlxactors.http { host = 0.0.0.0, api-keys = [a] }", "b", 2)]
    [InlineData("mlxactors.http.host = 0.0.0.0", "b", 1)]
    [InlineData("mlxactors.http.host = localhost", null, 0)]
    public void AddressOfOtherMachines_WithAKeyOrAWaiver_IsServed(string setting, string? key, int keys) =>
        Assert.Equal(
            keys, Ok(Plan("demo", null, setting, name => name == "MLXACTORS_API_KEY" ? key : null)).Settings.Listening.Access.ApiKeys.Length);

    [Theory]
    [InlineData("mlxactors.http.host = nowhere", "nowhere")]
    [InlineData("mlxactors.http.port = 70000", "70000")]
    [InlineData("mlxactors.http.host = 0.0.0.0", "MLXACTORS_API_KEY")]
    [InlineData("mlxactors.http.host = \"::\"", "mlxactors.http.allow-anonymous")]
    [InlineData("mlxactors.http.api-keys = [\"\"]", "mlxactors.http.api-keys")]
    [InlineData("mlxactors.http.cors-origins = [\"example.com\"]", "mlxactors.http.cors-origins")]
    [InlineData("mlxactors.http.cors-origins = [\"https://example.com/\"]", "mlxactors.http.cors-origins")]
    [InlineData("mlxactors.http.header-timeout = 0s", "mlxactors.http.header-timeout")]
    [InlineData("mlxactors.http.keep-alive-timeout = long", "mlxactors.http.keep-alive-timeout")]
    [InlineData("mlxactors.http.body-grace = 1s", "mlxactors.http.body-grace")]
    [InlineData("mlxactors.engine.mode = quick", "mlxactors.engine.mode")]
    [InlineData("mlxactors.engine.threads = 0", "mlxactors.engine.threads")]
    [InlineData("mlxactors.media.max-image-pixels = many", "mlxactors.media")]
    [InlineData("mlxactors.media.max-image-pixels = 0", "mlxactors.media.max-image-pixels")]
    [InlineData("mlxactors.media.max-audio-seconds = 0", "mlxactors.media.max-audio-seconds")]
    [InlineData("mlxactors.media.max-video-frames = 0", "mlxactors.media.max-video-frames")]
    [InlineData("mlxactors.media.max-video-pixels = 0", "mlxactors.media.max-video-pixels")]
    [InlineData("mlxactors.media.ffmpeg.timeout = 0s", "mlxactors.media.ffmpeg.timeout")]
    [InlineData("mlxactors.media.ffmpeg.max-memory = 0", "mlxactors.media.ffmpeg.max-memory")]
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

    private Result<ServerPlan, string> Plan(
        string? model, string? userFile = null, string overrides = "", Func<string, string?>? variable = null) =>
        HoconFiles.Load(Path.Combine(AppContext.BaseDirectory, "hocon"), userFile, overrides)
            .Bind(hocon => ServerPlan.Make(
                hocon, model, new Surroundings(variable ?? (_ => null), _home.FullName, AppContext.BaseDirectory)));

    private static ServerPlan Ok(Result<ServerPlan, string> plan) => Assert.IsType<Result<ServerPlan, string>.Ok>(plan).Value;

    private static string Error(Result<ServerPlan, string> plan) => Assert.IsType<Result<ServerPlan, string>.Error>(plan).Reason;
}
