using MlxActors.Models;
using MlxActors.Models.Synthesis;
using MlxActors.Native.Cpu;
using MlxActors.Native.Results;
using MlxActors.Web.Cli.Bench;

namespace MlxActors.Web.Tests.Cli.Bench;

/// <summary>Random weights that are written once, in a shape so small that a test may.</summary>
public sealed class ShapeFolderTests : IDisposable
{
    private static readonly SyntheticCheckpoint Tiny =
        new Gemma3Blueprint(512, 128, 256, 2, 2, 1, 64, 32, 1) { HasTower = false }.Checkpoint();

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("mlxactors-");
    private readonly StringWriter _said = new();

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Checkpoint_IsWrittenOnce_AndLoadsLikeAnyOther()
    {
        var first = await ProvideAsync(Tiny);
        var written = File.GetLastWriteTimeUtc(Path.Combine(Folder(first), "model.safetensors"));
        var second = await ProvideAsync(Tiny);

        Assert.Equal(Path.Combine(_root.FullName, "tiny"), Folder(first));
        Assert.Equal(first, second);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(Folder(second), "model.safetensors")));
        Assert.Single(_said.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Fast, 1));
        using var model = ModelLoader.LoadModel(Folder(second), backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidOperationException(error.Message));
        Assert.Equal(512, model.Info.VocabSize);
    }

    [Fact]
    public async Task Checkpoint_OfAnotherVersion_IsWrittenAnew()
    {
        var folder = Folder(await ProvideAsync(Tiny with { Config = "{}" }));

        await ProvideAsync(Tiny);

        Assert.Equal(Tiny.Config, await File.ReadAllTextAsync(Path.Combine(folder, "config.json")));
    }

    [Fact]
    public async Task TooLittleRoom_IsSaid_AndNothingIsWritten()
    {
        var refused = await ProvideAsync(Tiny, freeBytes: 1000);

        Assert.Contains("1.0 kB free", Assert.IsType<Result<string, string>.Error>(refused).Reason);
        Assert.Empty(_root.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task Interrupted_LeavesNothing()
    {
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => ProvideAsync(Tiny, cancellationToken: new CancellationToken(canceled: true)));

        Assert.Empty(_root.EnumerateFileSystemInfos());
    }

    [Theory]
    [InlineData("/caches", "/caches/mlxactors/shapes")]
    [InlineData("", "/home/me/.cache/mlxactors/shapes")]
    [InlineData(null, "/home/me/.cache/mlxactors/shapes")]
    public void DefaultRoot_IsTheUsersCache(string? variable, string expected) => Assert.Equal(
        expected, ShapeFolder.DefaultRoot(new Surroundings(name => name == "XDG_CACHE_HOME" ? variable : null, "/home/me", "/bin")));

    private static string Folder(Result<string, string> provided) => Assert.IsType<Result<string, string>.Ok>(provided).Value;

    private Task<Result<string, string>> ProvideAsync(
        SyntheticCheckpoint checkpoint, long freeBytes = long.MaxValue, CancellationToken cancellationToken = default)
    {
        var desk = TestDesk.Quiet with { Error = _said, Download = TestDesk.Quiet.Download with { FreeBytes = _ => freeBytes } };
        return new ShapeFolder(_root.FullName, desk).ProvideAsync("tiny", checkpoint, cancellationToken);
    }
}
