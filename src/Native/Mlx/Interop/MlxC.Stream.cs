using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/stream.h</c>. Streams: where operations are computed.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial MlxStream mlx_default_cpu_stream_new();

    [LibraryImport(Library)]
    internal static partial MlxStream mlx_default_gpu_stream_new();

    [LibraryImport(Library)]
    internal static partial int mlx_stream_free(MlxStream stream);

    [LibraryImport(Library)]
    internal static partial int mlx_synchronize(MlxStream stream);
}
