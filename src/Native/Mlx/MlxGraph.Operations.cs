using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>The operations, with MLX's broadcasting and promotion of types.</summary>
internal sealed unsafe partial class MlxGraph
{
    private const string Affine = "affine";

    public MlxArray Add(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_add(&result, a, b, Stream), result, nameof(MlxC.mlx_add), a, b);
    }

    public MlxArray Subtract(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_subtract(&result, a, b, Stream), result, nameof(MlxC.mlx_subtract), a, b);
    }

    public MlxArray Multiply(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_multiply(&result, a, b, Stream), result, nameof(MlxC.mlx_multiply), a, b);
    }

    public MlxArray Divide(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_divide(&result, a, b, Stream), result, nameof(MlxC.mlx_divide), a, b);
    }

    public MlxArray Maximum(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_maximum(&result, a, b, Stream), result, nameof(MlxC.mlx_maximum), a, b);
    }

    public MlxArray MatMul(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_matmul(&result, a, b, Stream), result, nameof(MlxC.mlx_matmul), a, b);
    }

    public MlxArray GreaterEqual(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_greater_equal(&result, a, b, Stream), result, nameof(MlxC.mlx_greater_equal), a, b);
    }

    public MlxArray Less(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_less(&result, a, b, Stream), result, nameof(MlxC.mlx_less), a, b);
    }

    public MlxArray LogicalAnd(MlxArray a, MlxArray b)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_logical_and(&result, a, b, Stream), result, nameof(MlxC.mlx_logical_and), a, b);
    }

    public MlxArray Erf(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_erf(&result, a, Stream), result, nameof(MlxC.mlx_erf), a);
    }

    public MlxArray Rsqrt(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_rsqrt(&result, a, Stream), result, nameof(MlxC.mlx_rsqrt), a);
    }

    public MlxArray Sigmoid(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_sigmoid(&result, a, Stream), result, nameof(MlxC.mlx_sigmoid), a);
    }

    public MlxArray Sqrt(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_sqrt(&result, a, Stream), result, nameof(MlxC.mlx_sqrt), a);
    }

    public MlxArray Square(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_square(&result, a, Stream), result, nameof(MlxC.mlx_square), a);
    }

    public MlxArray Tanh(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_tanh(&result, a, Stream), result, nameof(MlxC.mlx_tanh), a);
    }

    public MlxArray Multiply(MlxArray a, float factor) => Multiply(a, Number(factor));

    public MlxArray Where(MlxArray condition, MlxArray then, MlxArray otherwise)
    {
        MlxArray result = default;
        return Made(
            MlxC.mlx_where(&result, condition, then, otherwise, Stream), result, nameof(MlxC.mlx_where), condition, then, otherwise);
    }

    /// <summary>The mean over the innermost axis, which stays with length 1.</summary>
    public MlxArray Mean(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_mean_axis(&result, a, -1, 1, Stream), result, nameof(MlxC.mlx_mean_axis), a);
    }

    public MlxArray Mean(MlxArray a, params ReadOnlySpan<int> axes)
    {
        MlxArray result = default;
        fixed (int* first = axes)
        {
            return Made(
                MlxC.mlx_mean_axes(&result, a, first, (nuint)axes.Length, 0, Stream), result, nameof(MlxC.mlx_mean_axes), a);
        }
    }

    /// <summary>The sum over the innermost axis, which stays with length 1.</summary>
    public MlxArray Sum(MlxArray a)
    {
        MlxArray result = default;
        var axis = -1;
        return Made(MlxC.mlx_sum_axes(&result, a, &axis, 1, 1, Stream), result, nameof(MlxC.mlx_sum_axes), a);
    }

    /// <summary>Sums along the outermost axis, up to and with each place.</summary>
    public MlxArray RunningSum(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_cumsum(&result, a, 0, 0, 1, Stream), result, nameof(MlxC.mlx_cumsum), a);
    }

    /// <summary>Over the innermost axis, with sums in Float32.</summary>
    public MlxArray Softmax(MlxArray a)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_softmax_axis(&result, a, -1, 1, Stream), result, nameof(MlxC.mlx_softmax_axis), a);
    }

    /// <summary><c>a · b + c</c>.</summary>
    public MlxArray MultiplyAdd(MlxArray a, MlxArray b, MlxArray c)
    {
        MlxArray result = default;
        return Made(MlxC.mlx_addmm(&result, c, a, b, 1, 1, Stream), result, nameof(MlxC.mlx_addmm), a, b, c);
    }

    public MlxArray RmsNorm(MlxArray x, MlxArray weight, float eps)
    {
        MlxArray result = default;
        return Made(
            MlxC.mlx_fast_rms_norm(&result, x, weight, eps, Stream), result, nameof(MlxC.mlx_fast_rms_norm), x, weight);
    }

    public MlxArray LayerNorm(MlxArray x, MlxArray weight, MlxArray bias, float eps)
    {
        MlxArray result = default;
        return Made(
            MlxC.mlx_fast_layer_norm(&result, x, weight, bias, eps, Stream), result, nameof(MlxC.mlx_fast_layer_norm), x, weight, bias);
    }

    /// <summary>Rotates the halves of <c>x [R, H, 1, D]</c>, each row by its own position.</summary>
    public MlxArray Rope(MlxArray x, int headDim, MlxArray positions, MlxArray wavelengths)
    {
        MlxArray result = default;
        return Made(
            MlxC.mlx_fast_rope_dynamic(&result, x, headDim, 0, default, 1, positions, wavelengths, Stream), result,
            nameof(MlxC.mlx_fast_rope_dynamic), x, positions, wavelengths);
    }

    /// <summary><c>q [1, H, L, D], k, v [1, Hkv, S, D] → [1, H, L, D]</c>, softmax in Float32.</summary>
    public MlxArray Attention(MlxArray q, MlxArray k, MlxArray v, float scale, MlxMask mask)
    {
        MlxArray result = default;
        return Made(
            MlxC.mlx_fast_scaled_dot_product_attention(&result, q, k, v, scale, mask.Mode, mask.Array, default, Stream), result,
            nameof(MlxC.mlx_fast_scaled_dot_product_attention), q, k, v, mask.Array);
    }

    /// <summary><c>x [R, K] · wᵀ</c> of a packed weight, in the precision of <paramref name="x"/> and the scales.</summary>
    public MlxArray QuantizedMatMul(MlxArray x, MlxArray packed, MlxArray scales, MlxArray biases, int groupSize, int bits)
    {
        MlxArray result = default;
        return Made(
            MlxC.mlx_quantized_matmul(
                &result, x, packed, scales, biases, 1, new MlxOptionalInt(groupSize), new MlxOptionalInt(bits), Affine, Stream),
            result, nameof(MlxC.mlx_quantized_matmul), x, packed, scales, biases);
    }

    public MlxArray Dequantize(MlxArray packed, MlxArray scales, MlxArray biases, int groupSize, int bits)
    {
        MlxArray result = default;
        return Made(
            MlxC.mlx_dequantize(
                &result, packed, scales, biases, new MlxOptionalInt(groupSize), new MlxOptionalInt(bits), Affine, default,
                new MlxOptionalDType(MlxDType.Float32), Stream),
            result, nameof(MlxC.mlx_dequantize), packed, scales, biases);
    }

    /// <summary><c>x [1, H, W, C], weight [N, kh, kw, C / groups] → [1, H', W', N]</c>.</summary>
    public MlxArray Convolution(MlxArray x, MlxArray weight, ConvolutionGeometry geometry, int groups)
    {
        const int Axes = 2;
        MlxArray result = default;
        Span<int> stride = [geometry.Stride, geometry.Stride];
        Span<int> before = [geometry.Top, geometry.Left];
        Span<int> behind = [geometry.Bottom, geometry.Right];
        Span<int> step = [1, 1];
        fixed (int* strides = stride, low = before, high = behind, steps = step)
        {
            return Made(
                MlxC.mlx_conv_general(
                    &result, x, weight, strides, Axes, low, Axes, high, Axes, steps, Axes, steps, Axes, groups, 0, Stream),
                result, nameof(MlxC.mlx_conv_general), x, weight);
        }
    }
}
