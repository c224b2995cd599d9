using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/fast.h</c>. Operations that are one kernel where MLX has one.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial int mlx_fast_layer_norm(MlxArray* res, MlxArray x, MlxArray weight, MlxArray bias, float eps, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_fast_rms_norm(MlxArray* res, MlxArray x, MlxArray weight, float eps, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_fast_rope_dynamic(
        MlxArray* res, MlxArray x, int dims, byte traditional, MlxOptionalFloat frequencyBase, float scale, MlxArray offset, MlxArray freqs,
        MlxStream s);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mlx_fast_scaled_dot_product_attention(
        MlxArray* res, MlxArray queries, MlxArray keys, MlxArray values, float scale, string maskMode, MlxArray maskArr,
        MlxArray sinks, MlxStream s);
}
