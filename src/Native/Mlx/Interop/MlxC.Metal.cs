using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/metal.h</c>. Apple GPUs.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial int mlx_metal_is_available(byte* res);
}
