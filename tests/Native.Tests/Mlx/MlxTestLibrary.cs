using MlxActors.Native.Mlx;

namespace MlxActors.Native.Tests.Mlx;

/// <summary>
/// The library of this machine, for the tests that need one; they are one collection, since MLX is used by one thread at a time.
/// </summary>
internal static class MlxTestLibrary
{
    public const string Collection = "MLX";

    public static MlxBackend Open(bool fusesRope = false) => MlxLibrary.Find(Environment.GetEnvironmentVariable(MlxLibrary.Variable)).Match(
        library => new MlxBackend(library, MlxLimits.None, fusesRope),
        error =>
        {
            Skip.If(true, $"no MLX: {error}");
            throw new InvalidOperationException(error);
        });
}
