using MlxActors.Native.Mlx;
using MlxActors.Native.Results;

namespace MlxActors.Backend.Conformance;

public sealed class MlxLibraryTests
{
    /// <summary>Skipped where there is none; the suite then runs on the processor's backends alone.</summary>
    [SkippableFact]
    public void Find_ThisMachine_GivesALibraryThatTheSuiteIsRunOn()
    {
        var found = Backends.FindMlx();
        Skip.If(found is Result<MlxLibrary, string>.Error, found.Match(_ => "", error => $"no MLX: {error}"));
        Assert.NotNull(Backends.Named("mlx").Open);
    }
}
