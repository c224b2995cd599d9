using MlxActors.Native.Mlx.Interop;

namespace MlxActors.Native.Mlx;

/// <summary>Operations along the innermost axis of <c>[R, V]</c>, by which tokens are chosen; <c>[R, 1]</c> is repeated.</summary>
internal sealed unsafe partial class MlxGraph
{
    private const int Innermost = -1;

    public MlxArray Exp(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_exp(&result, a, Stream), result, nameof(MlxC.mlx_exp), a);
    }

    public MlxArray Greater(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_greater(&result, a, b, Stream), result, nameof(MlxC.mlx_greater), a, b);
    }

    /// <summary><c>[R, V] → [R]</c> Int32: where the largest number is; of equal ones the first.</summary>
    public MlxArray ArgMax(MlxArray a)
    {
        MlxArray result = default;
        return As(Made(MlxC.mlx_argmax_axis(&result, a, Innermost, 0, Stream), result, nameof(MlxC.mlx_argmax_axis), a), MlxDType.Int32);
    }

    /// <summary><c>[R, V] → [R, 1]</c>; not a number when one of them is not.</summary>
    public MlxArray Max(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_max_axis(&result, a, Innermost, 1, Stream), result, nameof(MlxC.mlx_max_axis), a);
    }

    /// <summary><c>[R, V] → [R, 1]</c>.</summary>
    public MlxArray Min(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_min_axis(&result, a, Innermost, 1, Stream), result, nameof(MlxC.mlx_min_axis), a);
    }

    /// <summary>Ascending.</summary>
    public MlxArray Sorted(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_sort_axis(&result, a, Innermost, Stream), result, nameof(MlxC.mlx_sort_axis), a);
    }

    /// <summary>The number of each row at the place <c>[R, 1]</c>.</summary>
    public MlxArray At(MlxArray a, MlxArray places)
    {
        MlxArray result = default;
        return Made(
            MlxC.mlx_take_along_axis(&result, a, places, Innermost, Stream), result, nameof(MlxC.mlx_take_along_axis), a, places);
    }

    /// <summary>Sums up to and with each place.</summary>
    public MlxArray SumsUpTo(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_cumsum(&result, a, Innermost, 0, 1, Stream), result, nameof(MlxC.mlx_cumsum), a);
    }

    /// <summary>Sums of what lies behind each place.</summary>
    public MlxArray SumsBehind(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_cumsum(&result, a, Innermost, 1, 0, Stream), result, nameof(MlxC.mlx_cumsum), a);
    }
}
