using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/array.h</c>. Arrays: made from memory, freed, looked into.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial MlxArray mlx_array_new_data(void* data, int* shape, int dim, MlxDType dtype);

    [LibraryImport(Library)]
    internal static partial int mlx_array_set(MlxArray* arr, MlxArray src);

    [LibraryImport(Library)]
    internal static partial int mlx_array_free(MlxArray arr);

    [LibraryImport(Library)]
    internal static partial int mlx_array_eval(MlxArray arr);

    [LibraryImport(Library)]
    internal static partial nuint mlx_array_ndim(MlxArray arr);

    [LibraryImport(Library)]
    internal static partial int* mlx_array_shape(MlxArray arr);

    [LibraryImport(Library)]
    internal static partial MlxDType mlx_array_dtype(MlxArray arr);

    [LibraryImport(Library)]
    internal static partial float* mlx_array_data_float32(MlxArray arr);

    [LibraryImport(Library)]
    internal static partial int* mlx_array_data_int32(MlxArray arr);
}
