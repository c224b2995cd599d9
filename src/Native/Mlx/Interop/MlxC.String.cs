using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/string.h</c>. Text that the library gives away.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial MlxString mlx_string_new();

    [LibraryImport(Library)]
    internal static partial byte* mlx_string_data(MlxString str);

    [LibraryImport(Library)]
    internal static partial int mlx_string_free(MlxString str);
}
