using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/error.h</c>. What the library does when a call fails; left alone, it ends the process.</summary>
internal static unsafe partial class MlxC
{
    /// <summary>The library's name for the loader; <see cref="MlxLibrary"/> says which file it is.</summary>
    internal const string Library = "mlxc";

    [LibraryImport(Library)]
    internal static partial void mlx_set_error_handler(
        delegate* unmanaged[Cdecl]<byte*, void*, void> handler, void* data, delegate* unmanaged[Cdecl]<void*, void> dtor);
}
