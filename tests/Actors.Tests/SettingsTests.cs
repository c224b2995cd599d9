using System.Collections.Immutable;
using Akka.Configuration;
using MlxActors.Actors.Hosting;
using MlxActors.Generation;
using MlxActors.Generation.Speculation;
using MlxActors.Models;
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
                MemoryBytes: 1000,
                KvBytes: 500,
                PrefixBytes: 250,
                Speculation: new SpeculationLimits(OnlyWhereItPays: true, MaxTokens: 8, ShortestMatch: 2, LongestMatch: 4, MaxRows: 16),
                DefaultMaxTokens: 8192,
                ReplyRoom: 64,
                OnOverflow: OverflowPolicy.Summarize,
                Summaries: 256,
                Windows: ImmutableDictionary<string, int>.Empty,
                RestartAfter: 3,
                MaxQueue: 64,
                MaxOvertaken: 16,
                Patience: TimeSpan.FromSeconds(20),
                IdleUnload: null,
                KeepAlive: ImmutableDictionary<string, TimeSpan?>.Empty,
                MaxRestarts: 5,
                RestartWindow: TimeSpan.FromMinutes(1),
                StreamBuffer: 64,
                UnclaimedTimeout: TimeSpan.FromSeconds(30),
                FeatureBytes: 256 << 20,
                ProgressInterval: TimeSpan.FromSeconds(5),
                StallTimeout: TimeSpan.FromSeconds(60),
                ShutdownDeadline: TimeSpan.FromSeconds(30))),
            MlxActorsSettings.From(Shipped, memory: 1000));

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
    [InlineData("off", null)]
    [InlineData("auto", 1000L)]
    [InlineData("2KiB", 2048L)]
    public void From_MemoryLimit_IsABoundOrNone(string value, long? expected) =>
        Assert.Equal(expected, With($"engine.memory-limit = {value}").Match(settings => settings.MemoryBytes, _ => -1));

    [Theory]
    [InlineData("off", null)]
    [InlineData("auto", 500L)]
    [InlineData("2KiB", 2048L)]
    public void From_KvCacheBytes_IsABoundOrNone(string value, long? expected) =>
        Assert.Equal(expected, With($"engine.kv-cache-bytes = {value}").Match(settings => settings.KvBytes, _ => -1));

    [Theory]
    [InlineData("off", 0)]
    [InlineData("0", 0)]
    [InlineData("auto", 250)]
    [InlineData("2KiB", 2048)]
    public void From_PrefixCacheBytes_IsABudget(string value, long expected) =>
        Assert.Equal(expected, With($"engine.prefix-cache-bytes = {value}").Match(settings => settings.PrefixBytes, _ => -1));

    [Theory]
    [InlineData("off", null)]
    [InlineData("auto", true)]
    [InlineData("on", false)]
    public void From_SpeculationEnabled_SaysWhetherItMustPay(string value, bool? onlyWhereItPays) =>
        Assert.Equal(
            onlyWhereItPays,
            With($"engine.speculation.enabled = {value}").Match(settings => settings.Speculation?.OnlyWhereItPays, error => throw new InvalidDataException(error)));

    [Theory]
    [InlineData("enabled = some", "mlxactors.engine.speculation.enabled: expected auto, on or off, found 'some'")]
    [InlineData("longest-match = 1", "mlxactors.engine.speculation.longest-match: expected a whole number, at least 2, found '1'")]
    public void From_WrongSpeculation_IsAnErrorThatNamesTheKey(string line, string error) =>
        Assert.Equal(error, With($"engine.speculation.{line}").Match(_ => "", found => found));

    [Fact]
    public void From_Windows_AreNumbersOfTokens_ThatOnlyLower()
    {
        var windows = With("context.window { gemma = 16384, other = 10 }")
            .Match(settings => settings.Windows, error => throw new InvalidOperationException(error));

        Assert.Equal(16384, windows.Lowered(131072, name => name == "gemma"));
        Assert.Equal(8192, windows.Lowered(8192, name => name == "gemma"));
    }

    [Theory]
    [InlineData("context.on-overflow = truncate", "mlxactors.context.on-overflow: expected summarize or error, found 'truncate'")]
    [InlineData("context.window { gemma = many }", "mlxactors.context.window.gemma: expected a number of tokens, found 'many'")]
    public void From_WrongContext_SaysTheKey(string settings, string error) =>
        Assert.Equal(error, With(settings).Match(_ => "", found => found));

    [Fact]
    public void From_KeepAlive_IsATimeForEachAlias()
    {
        var settings = With("supervisor.keep-alive { gemma = 10m, demo-qwen = -1, demo = 0 }");

        Assert.Equal(
            new Dictionary<string, TimeSpan?> { ["gemma"] = TimeSpan.FromMinutes(10), ["demo-qwen"] = null, ["demo"] = TimeSpan.Zero },
            settings.Match(settings => settings.KeepAlive.ToDictionary(), error => throw new InvalidOperationException(error)));
    }

    [Theory]
    [InlineData("engine.kv-cache-bytes = some", "mlxactors.engine.kv-cache-bytes: expected auto, off or a size such as 4GiB, found 'some'")]
    [InlineData("engine.prefix-cache-bytes = -1", "mlxactors.engine.prefix-cache-bytes: expected auto, off or a size such as 4GiB, found '-1'")]
    [InlineData("supervisor.keep-alive.demo = long", "expected a duration such as 10m, 0, or -1 for ever, found 'long'")]
    public void From_WrongBoundOrTime_IsAnErrorThatSaysWhatIsExpected(string line, string error) =>
        Assert.EndsWith(error, With(line).Match(_ => "", reason => reason));

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
        var error = MlxActorsSettings.From(ConfigurationFactory.ParseString(""), memory: 1000).Match(_ => "", error => error);

        Assert.Contains("mlxactors.engine.max-batch: expected a whole number, at least 1, found nothing", error);
        Assert.Contains("mlxactors.stream.unclaimed-timeout", error);
    }

    private static Result<MlxActorsSettings, string> With(string line) =>
        MlxActorsSettings.From(ConfigurationFactory.ParseString($"mlxactors.{line}").WithFallback(Shipped), memory: 1000);
}
