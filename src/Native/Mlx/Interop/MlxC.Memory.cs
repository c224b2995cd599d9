using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/memory.h</c>. Memory of the whole process.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial int mlx_clear_cache();

    [LibraryImport(Library)]
    internal static partial int mlx_get_active_memory(nuint* res);

    [LibraryImport(Library)]
    internal static partial int mlx_get_cache_memory(nuint* res);

    [LibraryImport(Library)]
    internal static partial int mlx_set_cache_limit(nuint* res, nuint limit);

    [LibraryImport(Library)]
    internal static partial int mlx_set_memory_limit(nuint* res, nuint limit);

    [LibraryImport(Library)]
    internal static partial int mlx_set_wired_limit(nuint* res, nuint limit);
}
