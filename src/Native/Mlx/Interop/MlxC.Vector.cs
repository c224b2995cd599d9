using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/vector.h</c>. Lists of arrays.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial MlxVectorArray mlx_vector_array_new_data(MlxArray* data, nuint size);

    [LibraryImport(Library)]
    internal static partial int mlx_vector_array_free(MlxVectorArray vec);
}
