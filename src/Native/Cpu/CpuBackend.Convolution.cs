using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Convolutions.</summary>
public sealed unsafe partial class CpuBackend
{
    public Tensor Convolution(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry)
    {
        var map = MapOf(nameof(Convolution), x, weight, geometry);
        var n = weight.Shape[0];
        if (weight.Shape[3] != map.Channels)
        {
            throw new TensorException(nameof(Convolution), $"weight of shape (N, kh, kw, {map.Channels})", weight.ToString());
        }
        if (bias is { } vector)
        {
            Operands.RequireVector(nameof(Convolution), nameof(bias), vector, n);
        }
        var result = NewFloats(new Shape(map.OutHeight, map.OutWidth, n));
        using var scope = BeginScope();
        var matrix = PlainMatrix(nameof(Convolution), new Weight.Plain(Reshape(weight, new Shape(n, map.WindowLength))));
        var panels = Scratch<float>(TurnPanels.Length(n, matrix.K));
        var buffers = Scratch<byte>(_pool.Count * TurnPanels.ScratchLength(matrix.K));
        Run(new TurnPanels(matrix, 0, panels, buffers), Operands.Blocks(n, Panel.Columns), block: 1);
        var scratch = Scratch<float>(_pool.Count * Convolve.ScratchLength(map));
        Run(
            new Convolve(map, Floats(x), panels, bias is { } b ? AnyFloats(b) : null, Floats(result), n, scratch),
            Operands.Blocks(result.Shape.Rows, Convolve.RowsOf(map)), block: 1);
        return result;
    }

    public Tensor DepthwiseConvolution(Tensor x, Tensor weight, ConvolutionGeometry geometry)
    {
        var map = MapOf(nameof(DepthwiseConvolution), x, weight, geometry);
        if (weight.Shape[0] != map.Channels || weight.Shape[3] != 1)
        {
            throw new TensorException(nameof(DepthwiseConvolution), $"weight of shape ({map.Channels}, kh, kw, 1)", weight.ToString());
        }
        var result = NewFloats(new Shape(map.OutHeight, map.OutWidth, map.Channels));
        using var scope = BeginScope();
        var kernel = new ConvolveDepthwise(map, Floats(x), Taps(weight, map), Floats(result));
        Run(kernel, map.OutHeight, block: 1);
        return result;
    }

    public Tensor Concatenate(Tensor a, Tensor b)
    {
        Operands.RequireRows(nameof(Concatenate), nameof(a), a);
        Operands.RequireRows(nameof(Concatenate), nameof(b), b);
        var (widthOfA, widthOfB) = (a.Shape.Last, b.Shape.Last);
        if (b.Shape != a.Shape.WithLast(widthOfB))
        {
            throw new TensorException(nameof(Concatenate), $"b of the outer axes of a {a.Shape}", b.ToString());
        }
        var result = NewFloats(a.Shape.WithLast(checked(widthOfA + widthOfB)));
        Run(
            new Concatenate(Floats(a), Floats(b), Floats(result), widthOfA, widthOfB),
            a.Shape.Rows, RowsPerBlock(result.Shape.Last));
        return result;
    }

    /// <summary>The weight <c>[C, kh, kw, 1]</c> as floats <c>[kh, kw, C]</c>.</summary>
    private float* Taps(Tensor weight, in ConvolutionMap map)
    {
        var values = AnyFloats(weight);
        var count = map.KernelHeight * map.KernelWidth;
        var taps = Scratch<float>(weight.Shape.Count);
        for (var channel = 0; channel < map.Channels; channel++)
        {
            for (var tap = 0; tap < count; tap++)
            {
                taps[(long)tap * map.Channels + channel] = values[(long)channel * count + tap];
            }
        }
        return taps;
    }

    private static ConvolutionMap MapOf(string operation, Tensor x, Tensor weight, ConvolutionGeometry geometry)
    {
        Operands.RequireFloat32(operation, nameof(x), x);
        Operands.RequireFloat(operation, nameof(weight), weight);
        if (x.Shape.Rank != 3)
        {
            throw new TensorException(operation, "x of shape (H, W, C)", x.ToString());
        }
        if (weight.Shape.Rank != 4 || weight.Shape.Count == 0)
        {
            throw new TensorException(operation, "weight of shape (N, kh, kw, C)", weight.ToString());
        }
        var (stride, top, bottom, left, right) = geometry;
        if (stride < 1 || Math.Min(Math.Min(top, bottom), Math.Min(left, right)) < 0)
        {
            throw new TensorException(operation, "a stride above 0 and no negative padding", geometry.ToString());
        }
        var (height, width) = (x.Shape[0], x.Shape[1]);
        var (kernelHeight, kernelWidth) = (weight.Shape[1], weight.Shape[2]);
        if (height + top + bottom < kernelHeight || width + left + right < kernelWidth)
        {
            throw new TensorException(operation, $"a padded map that a window of {kernelHeight} x {kernelWidth} fits on", x.ToString());
        }
        return new ConvolutionMap
        {
            Height = height,
            Width = width,
            Channels = x.Shape[2],
            KernelHeight = kernelHeight,
            KernelWidth = kernelWidth,
            Stride = stride,
            Top = top,
            Left = left,
            OutHeight = (height + top + bottom - kernelHeight) / stride + 1,
            OutWidth = (width + left + right - kernelWidth) / stride + 1,
        };
    }
}
