using Akka.Configuration;
using MlxActors.Actors.Hosting;
using MlxActors.Native.Results;

namespace MlxActors.Actors.Tests;

public sealed class SettingsTests
{
    private static readonly Config Shipped =
        ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "hocon", "application.conf")));

    [Fact]
    public void From_TheFileThatShips_IsValid() =>
        Assert.Equal(
            Result.Ok<MlxActorsSettings, string>(new MlxActorsSettings(
                MaxBatch: 8,
                PrefillChunk: 256,
                MaxQueue: 64,
                MaxOvertaken: 16,
                Patience: TimeSpan.FromSeconds(20),
                IdleUnload: null,
                StreamBuffer: 64,
                UnclaimedTimeout: TimeSpan.FromSeconds(30),
                FeatureBytes: 256 << 20)),
            MlxActorsSettings.From(Shipped));

    [Fact]
    public void From_IdleUnloadOn_IsItsTime() =>
        Assert.Equal(TimeSpan.FromMinutes(10), With("supervisor.idle-unload = 10m").Match(settings => settings.IdleUnload, _ => null));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000", 1000)]
    [InlineData("64MiB", 64 << 20)]
    [InlineData("2 kB", 2000)]
    public void From_FeatureCache_IsItsBytes(string size, long bytes) =>
        Assert.Equal(bytes, With($"media.feature-cache = {size}").Match(settings => settings.FeatureBytes, _ => -1));

    [Theory]
    [InlineData("engine.max-batch = 0", "mlxactors.engine.max-batch: expected a whole number, at least 1, found '0'")]
    [InlineData("engine.prefill-chunk = many", "mlxactors.engine.prefill-chunk: expected a whole number, at least 1, found 'many'")]
    [InlineData("supervisor.patience = 0s", "mlxactors.supervisor.patience: expected a duration above zero, such as 30s, found '0s'")]
    [InlineData("media.feature-cache = much", "mlxactors.media.feature-cache: expected a size such as 256MiB or 0, found 'much'")]
    [InlineData("media.feature-cache = -1", "mlxactors.media.feature-cache: expected a size such as 256MiB or 0, found '-1'")]
    [InlineData("supervisor.patience = soon", "mlxactors.supervisor.patience: expected a duration above zero, such as 30s, found 'soon'")]
    public void From_WrongValue_IsAnErrorThatNamesTheKey(string line, string error) =>
        Assert.Equal(Result.Error<MlxActorsSettings, string>(error), With(line));

    [Fact]
    public void From_NothingSet_NamesEveryKey()
    {
        var error = MlxActorsSettings.From(ConfigurationFactory.ParseString("")).Match(_ => "", error => error);

        Assert.Contains("mlxactors.engine.max-batch: expected a whole number, at least 1, found nothing", error);
        Assert.Contains("mlxactors.stream.unclaimed-timeout", error);
    }

    private static Result<MlxActorsSettings, string> With(string line) =>
        MlxActorsSettings.From(ConfigurationFactory.ParseString($"mlxactors.{line}").WithFallback(Shipped));
}
