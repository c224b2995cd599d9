using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Convolutions.</summary>
public sealed unsafe partial class CpuBackend
{
    public Tensor Convolution(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry)
    {
        var map = MapOf(x, weight, geometry, Operands.OfConvolution(x, weight, bias, geometry));
        var n = weight.Shape[0];
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
        var map = MapOf(x, weight, geometry, Operands.OfDepthwiseConvolution(x, weight, geometry));
        var result = NewFloats(new Shape(map.OutHeight, map.OutWidth, map.Channels));
        using var scope = BeginScope();
        var kernel = new ConvolveDepthwise(map, Floats(x), Taps(weight, map), Floats(result));
        Run(kernel, map.OutHeight, block: 1);
        return result;
    }

    public Tensor Concatenate(Tensor a, Tensor b)
    {
        Operands.OfConcatenate(a, b);
        var (widthOfA, widthOfB) = (a.Shape.Last, b.Shape.Last);
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

    private static ConvolutionMap MapOf(Tensor x, Tensor weight, ConvolutionGeometry geometry, (int Height, int Width) output) => new()
    {
        Height = x.Shape[0],
        Width = x.Shape[1],
        Channels = x.Shape[2],
        KernelHeight = weight.Shape[1],
        KernelWidth = weight.Shape[2],
        Stride = geometry.Stride,
        Top = geometry.Top,
        Left = geometry.Left,
        OutHeight = output.Height,
        OutWidth = output.Width,
    };
}
