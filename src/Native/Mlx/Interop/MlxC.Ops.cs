using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/ops.h</c>. Operations; each puts a node into the graph and computes nothing yet.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial int mlx_add(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_addmm(MlxArray* res, MlxArray c, MlxArray a, MlxArray b, float alpha, float beta, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_arange(MlxArray* res, double start, double stop, double step, MlxDType dtype, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_argmax_axis(MlxArray* res, MlxArray a, int axis, byte keepdims, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_as_strided(
        MlxArray* res, MlxArray a, int* shape, nuint shapeNum, long* strides, nuint stridesNum, nuint offset, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_astype(MlxArray* res, MlxArray a, MlxDType dtype, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_concatenate_axis(MlxArray* res, MlxVectorArray arrays, int axis, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_contiguous(MlxArray* res, MlxArray a, byte allowColMajor, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_conv_general(
        MlxArray* res, MlxArray input, MlxArray weight, int* stride, nuint strideNum, int* paddingLo, nuint paddingLoNum,
        int* paddingHi, nuint paddingHiNum, int* kernelDilation, nuint kernelDilationNum, int* inputDilation, nuint inputDilationNum,
        int groups, byte flip, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_cumsum(MlxArray* res, MlxArray a, int axis, byte reverse, byte inclusive, MlxStream s);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mlx_dequantize(
        MlxArray* res, MlxArray w, MlxArray scales, MlxArray biases, MlxOptionalInt groupSize, MlxOptionalInt bits, string mode,
        MlxArray globalScale, MlxOptionalDType dtype, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_divide(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_erf(MlxArray* res, MlxArray a, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_exp(MlxArray* res, MlxArray a, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_greater(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_greater_equal(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_less(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_logical_and(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_matmul(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_max_axis(MlxArray* res, MlxArray a, int axis, byte keepdims, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_maximum(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_mean_axes(MlxArray* res, MlxArray a, int* axes, nuint axesNum, byte keepdims, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_mean_axis(MlxArray* res, MlxArray a, int axis, byte keepdims, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_min_axis(MlxArray* res, MlxArray a, int axis, byte keepdims, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_multiply(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mlx_pad(
        MlxArray* res, MlxArray a, int* axes, nuint axesNum, int* lowPadSize, nuint lowPadSizeNum, int* highPadSize,
        nuint highPadSizeNum, MlxArray padValue, string mode, MlxStream s);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mlx_quantized_matmul(
        MlxArray* res, MlxArray x, MlxArray w, MlxArray scales, MlxArray biases, byte transpose, MlxOptionalInt groupSize,
        MlxOptionalInt bits, string mode, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_reshape(MlxArray* res, MlxArray a, int* shape, nuint shapeNum, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_rsqrt(MlxArray* res, MlxArray a, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_sigmoid(MlxArray* res, MlxArray a, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_slice(
        MlxArray* res, MlxArray a, int* start, nuint startNum, int* stop, nuint stopNum, int* strides, nuint stridesNum, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_slice_update(
        MlxArray* res, MlxArray src, MlxArray update, int* start, nuint startNum, int* stop, nuint stopNum, int* strides,
        nuint stridesNum, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_softmax_axis(MlxArray* res, MlxArray a, int axis, byte precise, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_sort_axis(MlxArray* res, MlxArray a, int axis, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_sqrt(MlxArray* res, MlxArray a, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_square(MlxArray* res, MlxArray a, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_subtract(MlxArray* res, MlxArray a, MlxArray b, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_sum_axes(MlxArray* res, MlxArray a, int* axes, nuint axesNum, byte keepdims, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_take_along_axis(MlxArray* res, MlxArray a, MlxArray indices, int axis, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_take_axis(MlxArray* res, MlxArray a, MlxArray indices, int axis, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_tanh(MlxArray* res, MlxArray a, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_transpose_axes(MlxArray* res, MlxArray a, int* axes, nuint axesNum, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_where(MlxArray* res, MlxArray condition, MlxArray x, MlxArray y, MlxStream s);

    [LibraryImport(Library)]
    internal static partial int mlx_zeros(MlxArray* res, int* shape, nuint shapeNum, MlxDType dtype, MlxStream s);
}
