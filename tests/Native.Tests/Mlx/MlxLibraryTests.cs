using MlxActors.Native.Mlx;
using MlxActors.Native.Results;

namespace MlxActors.Native.Tests.Mlx;

[Collection(MlxTestLibrary.Collection)]
public sealed class MlxLibraryTests
{
    [Fact]
    public void Find_NoSuchFile_NamesVariableAndFile()
    {
        var error = Assert.IsType<Result<MlxLibrary, string>.Error>(MlxLibrary.Find("/nowhere/libmlxc.so"));
        Assert.Equal("MLXC_LIBRARY names /nowhere/libmlxc.so, which is no file", error.Reason);
    }

    [Fact]
    public void Load_FileThatIsNoLibrary_SaysThatItCannotBeLoaded()
    {
        var file = Path.GetTempFileName();
        try
        {
            var error = Assert.IsType<Result<MlxLibrary, string>.Error>(MlxLibrary.Load(file));
            Assert.StartsWith($"{file} cannot be loaded: ", error.Reason, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Stands for an mlx-c that is too old: a library without the functions.</summary>
    [SkippableFact]
    public void Load_LibraryWithoutTheFunctions_NamesOneThatIsMissing()
    {
        var file = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, OperatingSystem.IsMacOS()
            ? "libSystem.Native.dylib" : "libSystem.Native.so");
        Skip.IfNot(File.Exists(file), $"no {file}");
        var error = Assert.IsType<Result<MlxLibrary, string>.Error>(MlxLibrary.Load(file));
        Assert.Contains("has no mlx_", error.Reason, StringComparison.Ordinal);
        Assert.Contains("no mlx-c 0.6", error.Reason, StringComparison.Ordinal);
    }
}
