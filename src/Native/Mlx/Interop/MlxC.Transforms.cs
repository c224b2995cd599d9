using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/transforms.h</c>. Evaluation of several arrays at once.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial int mlx_async_eval(MlxVectorArray outputs);

    [LibraryImport(Library)]
    internal static partial int mlx_eval(MlxVectorArray outputs);
}
