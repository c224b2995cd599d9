using MlxActors.Native.Mlx.Handles;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>
/// Builds MLX's lazy graph on one stream, and owns the references to its nodes until they are released: a node lives on while others
/// need it. This part holds lifetimes and what moves numbers; the operations are in the other part.
/// </summary>
internal sealed unsafe partial class MlxGraph(StreamHandle stream)
{
    private readonly List<MlxArray> _made = [];

    /// <summary>References held, counted from the bottom.</summary>
    public int Count => _made.Count;

    private MlxStream Stream => stream.Stream;

    /// <summary>Gives up all references made since there were <paramref name="count"/>.</summary>
    public void Release(int count)
    {
        for (var i = _made.Count - 1; i >= count; i--)
        {
            _ = MlxC.mlx_array_free(_made[i]);
        }
        _made.RemoveRange(count, _made.Count - count);
    }

    /// <summary>Holds an array from now on, whose owner gives it up.</summary>
    public MlxArray TakeOver(ArrayHandle array)
    {
        MlxArray copy = default;
        MlxErrors.Check(MlxC.mlx_array_set(&copy, array.Array), nameof(MlxC.mlx_array_set), array.Array);
        array.Dispose();
        return Keep(copy);
    }

    /// <summary>A copy of numbers in memory.</summary>
    public MlxArray FromMemory<T>(ReadOnlySpan<T> numbers, MlxDType dtype, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        fixed (T* start = numbers)
        {
            return Keep(Copied(start, dtype, shape));
        }
    }

    /// <summary>A copy of numbers in memory, which the caller owns.</summary>
    public static MlxArray Copied(void* start, MlxDType dtype, ReadOnlySpan<int> shape)
    {
        // An empty array still wants an address.
        byte nothing = 0;
        fixed (int* dimensions = shape)
        {
            var context = MlxC.mlx_array_new_data(start is null ? &nothing : start, dimensions, shape.Length, dtype).Context;
            return new MlxArray(MlxErrors.NotNull(context, nameof(MlxC.mlx_array_new_data)));
        }
    }

    public MlxArray Number(float value) => FromMemory([value], MlxDType.Float32);

    public MlxArray Integer(int value) => FromMemory([value], MlxDType.Int32);

    public MlxArray Zeros(params ReadOnlySpan<int> shape)
    {
        MlxArray result = default;
        fixed (int* dimensions = shape)
        {
            return Made(
                MlxC.mlx_zeros(&result, dimensions, (nuint)shape.Length, MlxDType.Float32, Stream), result, nameof(MlxC.mlx_zeros));
        }
    }

    /// <summary>The whole numbers <c>[first, end)</c>.</summary>
    public MlxArray Range(int first, int end)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_arange(&result, first, end, 1, MlxDType.Int32, Stream), result, nameof(MlxC.mlx_arange));
    }

    public MlxArray As(MlxArray a, MlxDType dtype)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_astype(&result, a, dtype, Stream), result, nameof(MlxC.mlx_astype), a);
    }

    public MlxArray Reshape(MlxArray a, Shape shape)
    {
        Span<int> dimensions = stackalloc int[Shape.MaxRank];
        shape.CopyTo(dimensions);
        return Reshape(a, dimensions[..shape.Rank]);
    }

    public MlxArray Reshape(MlxArray a, params ReadOnlySpan<int> shape)
    {
        MlxArray result = default;
        fixed (int* dimensions = shape)
        {
            return Made(
                MlxC.mlx_reshape(&result, a, dimensions, (nuint)shape.Length, Stream), result, nameof(MlxC.mlx_reshape), a);
        }
    }

    public MlxArray Transpose(MlxArray a, params ReadOnlySpan<int> order)
    {
        MlxArray result = default;
        fixed (int* axes = order)
        {
            return Made(
                MlxC.mlx_transpose_axes(&result, a, axes, (nuint)order.Length, Stream), result, nameof(MlxC.mlx_transpose_axes), a);
        }
    }

    /// <summary>The part <c>[start, end)</c> of each axis.</summary>
    public MlxArray Slice(MlxArray a, ReadOnlySpan<int> start, ReadOnlySpan<int> end)
    {
        Span<int> steps = stackalloc int[start.Length];
        steps.Fill(1);
        return Slice(a, start, end, steps);
    }

    public MlxArray Slice(MlxArray a, ReadOnlySpan<int> start, ReadOnlySpan<int> end, ReadOnlySpan<int> steps)
    {
        MlxArray result = default;
        var rank = (nuint)start.Length;
        fixed (int* first = start, last = end, stride = steps)
        {
            return Made(
                MlxC.mlx_slice(&result, a, first, rank, last, rank, stride, rank, Stream), result, nameof(MlxC.mlx_slice), a);
        }
    }

    /// <summary>
    /// Like <paramref name="a"/>, the part <c>[start, end)</c> of each axis replaced; in place when nobody else holds it.
    /// </summary>
    public MlxArray Replace(MlxArray a, MlxArray part, ReadOnlySpan<int> start, ReadOnlySpan<int> end)
    {
        MlxArray result = default;
        var rank = (nuint)start.Length;
        Span<int> steps = stackalloc int[start.Length];
        steps.Fill(1);
        fixed (int* first = start, last = end, stride = steps)
        {
            return Made(
                MlxC.mlx_slice_update(&result, a, part, first, rank, last, rank, stride, rank, Stream), result,
                nameof(MlxC.mlx_slice_update), a, part);
        }
    }

    /// <summary>The rows that <paramref name="rows"/> (Int32) names.</summary>
    public MlxArray Take(MlxArray a, MlxArray rows)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_take_axis(&result, a, rows, 0, Stream), result, nameof(MlxC.mlx_take_axis), a, rows);
    }

    public MlxArray Concatenate(ReadOnlySpan<MlxArray> parts, int axis)
    {
        if (parts.Length == 1)
        {
            return parts[0];
        }
        MlxArray result = default;
        var list = ListOf(parts);
        try
        {
            return Made(
                MlxC.mlx_concatenate_axis(&result, list, axis, Stream), result, nameof(MlxC.mlx_concatenate_axis), parts);
        }
        finally
        {
            _ = MlxC.mlx_vector_array_free(list);
        }
    }

    /// <summary>A window of <paramref name="a"/> that steps through memory by <paramref name="strides"/>, counted in elements.</summary>
    public MlxArray Strided(MlxArray a, ReadOnlySpan<int> shape, ReadOnlySpan<long> strides)
    {
        MlxArray result = default;
        fixed (int* dimensions = shape)
        fixed (long* steps = strides)
        {
            return Made(
                MlxC.mlx_as_strided(&result, a, dimensions, (nuint)shape.Length, steps, (nuint)strides.Length, 0, Stream), result,
                nameof(MlxC.mlx_as_strided), a);
        }
    }

    /// <summary>Zeros before and behind the rows.</summary>
    public MlxArray PadRows(MlxArray a, int before, int behind)
    {
        MlxArray result = default;
        var (axis, zero) = (0, Number(0));
        return Made(
            MlxC.mlx_pad(&result, a, &axis, 1, &before, 1, &behind, 1, zero, "constant", Stream), result, nameof(MlxC.mlx_pad), a);
    }

    /// <summary>The numbers row by row, as they must lie to be read.</summary>
    public MlxArray InRows(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_contiguous(&result, a, 0, Stream), result, nameof(MlxC.mlx_contiguous), a);
    }

    /// <summary>Computes arrays, all in one go.</summary>
    public static void Evaluate(ReadOnlySpan<MlxArray> arrays)
    {
        var list = ListOf(arrays);
        try
        {
            MlxErrors.Check(MlxC.mlx_eval(list), nameof(MlxC.mlx_eval), arrays);
        }
        finally
        {
            _ = MlxC.mlx_vector_array_free(list);
        }
    }

    /// <summary>Waits for an array whose computation was begun.</summary>
    public static void Await(MlxArray array) => MlxErrors.Check(MlxC.mlx_array_eval(array), nameof(MlxC.mlx_array_eval), array);

    /// <summary>Begins to compute arrays, all in one go; see <see cref="Await"/>.</summary>
    public static void BeginEvaluating(ReadOnlySpan<MlxArray> arrays)
    {
        var list = ListOf(arrays);
        try
        {
            MlxErrors.Check(MlxC.mlx_async_eval(list), nameof(MlxC.mlx_async_eval), arrays);
        }
        finally
        {
            _ = MlxC.mlx_vector_array_free(list);
        }
    }

    private static MlxVectorArray ListOf(ReadOnlySpan<MlxArray> arrays)
    {
        fixed (MlxArray* first = arrays)
        {
            var context = MlxC.mlx_vector_array_new_data(first, (nuint)arrays.Length).Context;
            return new MlxVectorArray(MlxErrors.NotNull(context, nameof(MlxC.mlx_vector_array_new_data)));
        }
    }

    private MlxArray Made(int code, MlxArray result, string operation, params ReadOnlySpan<MlxArray> operands)
    {
        MlxErrors.Check(code, operation, operands);
        return Keep(result);
    }

    private MlxArray Keep(MlxArray array)
    {
        _made.Add(array);
        return array;
    }
}
