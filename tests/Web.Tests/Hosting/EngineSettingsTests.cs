using Akka.Configuration;
using MlxActors.Native.Cpu;
using MlxActors.Native.Mlx;
using MlxActors.Native.Results;

namespace MlxActors.Web.Tests.Hosting;

public sealed class EngineSettingsTests
{
    private const string NoFile = "/nowhere/libmlxc";

    [Fact]
    public void Cpu_IsTakenWithoutALookAtMlx()
    {
        var engine = Ok("backend = cpu");
        Assert.Null(engine.Mlx);
        Assert.Null(engine.Why);
        Assert.StartsWith("CPU, ", engine.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_WithoutALibrary_TakesTheProcessor_AndSaysWhy()
    {
        var engine = Ok("backend = auto");
        Assert.Null(engine.Mlx);
        Assert.EndsWith($"(auto: MLXC_LIBRARY names {NoFile}, which is no file)", engine.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mlx_WithoutALibrary_IsAnErrorThatSaysWhatIsMissing()
    {
        Assert.Equal(
            $"mlxactors.engine.backend is mlx, but there is none: MLXC_LIBRARY names {NoFile}, which is no file.", Error("backend = mlx"));
    }

    [SkippableFact]
    public void Mlx_WithALibrary_IsTakenAndNamed()
    {
        var library = Environment.GetEnvironmentVariable(MlxLibrary.Variable);
        Skip.If(string.IsNullOrEmpty(library), $"{MlxLibrary.Variable} is not set");
        var engine = ((Result<EngineSettings, string>.Ok)EngineSettings.Read(Config("backend = mlx"), _ => library)).Value;
        Assert.StartsWith("MLX 0.31.", engine.Describe(), StringComparison.Ordinal);
        Assert.Contains(library!, engine.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownBackend_IsAnErrorThatNamesTheKey() =>
        Assert.Equal("mlxactors.engine.backend: expected auto, mlx or cpu, found 'abacus'.", Error("backend = abacus"));

    [Theory]
    [InlineData("mode = fast", KvCacheType.BFloat16)]
    [InlineData("mode = exact", KvCacheType.Float32)]
    [InlineData("mode = fast, kv-cache-dtype = auto", KvCacheType.BFloat16)]
    [InlineData("mode = fast, kv-cache-dtype = float32", KvCacheType.Float32)]
    [InlineData("mode = fast, kv-cache-dtype = int8", KvCacheType.Int8)]
    [InlineData("mode = exact, kv-cache-dtype = bfloat16", KvCacheType.BFloat16)]
    public void KvCacheDType_IsAsNamed_OrGoesWithTheMode(string settings, KvCacheType expected)
    {
        var engine = Ok($"backend = cpu, {settings}");
        Assert.Equal(expected, engine.Cpu.KvCacheType);
        Assert.EndsWith($", KV cache {expected.ToString().ToLowerInvariant()}", engine.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownKvCacheDType_IsAnErrorThatNamesTheKey() => Assert.Equal(
        "mlxactors.engine.kv-cache-dtype: expected auto, float32, bfloat16 or int8, found 'int4'.", Error("kv-cache-dtype = int4"));

    [Theory]
    [InlineData("2GiB")]
    [InlineData("auto")]
    [InlineData("off")]
    public void Limits_AreSizesOrWords(string value) => Ok($"backend = cpu, mlx.cache-limit = {value}, mlx.wired-limit = {value}");

    [Fact]
    public void Limit_ThatIsNoSize_IsAnErrorThatNamesTheKey() => Assert.Equal(
        "mlxactors.engine.mlx.cache-limit: expected auto, off or a size, found 'much'.", Error("backend = cpu, mlx.cache-limit = much"));

    private static EngineSettings Ok(string engine) =>
        EngineSettings.Read(Config(engine), _ => NoFile).Match(settings => settings, error => throw new InvalidOperationException(error));

    private static string Error(string engine) =>
        EngineSettings.Read(Config(engine), _ => NoFile).Match(_ => throw new InvalidOperationException("no error"), error => error);

    private static Config Config(string engine) => ConfigurationFactory.ParseString($$"""
        mlxactors.engine {
          mode = fast, threads = 1
          mlx { wired-limit = auto, cache-limit = auto, memory-limit = auto }
          {{engine}}
        }
        """);
}
