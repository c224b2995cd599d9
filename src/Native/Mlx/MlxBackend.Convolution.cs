using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>Convolutions.</summary>
public sealed partial class MlxBackend
{
    public Tensor Convolution(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry)
    {
        var (height, width) = Operands.OfConvolution(x, weight, bias, geometry);
        var map = Convolved(x, weight, geometry, groups: 1);
        return OfMap(bias is { } addend ? _graph.Add(map, Wide(addend)) : map, new Shape(height, width, weight.Shape[0]));
    }

    public Tensor DepthwiseConvolution(Tensor x, Tensor weight, ConvolutionGeometry geometry)
    {
        var (height, width) = Operands.OfDepthwiseConvolution(x, weight, geometry);
        return OfMap(Convolved(x, weight, geometry, groups: x.Shape[2]), new Shape(height, width, x.Shape[2]));
    }

    public Tensor Concatenate(Tensor a, Tensor b)
    {
        Operands.OfConcatenate(a, b);
        var shape = a.Shape.WithLast(checked(a.Shape.Last + b.Shape.Last));
        return Result(_graph.Concatenate([Of(a), Of(b)], a.Shape.Rank - 1), shape);
    }

    private MlxArray Convolved(Tensor x, Tensor weight, ConvolutionGeometry geometry, int groups)
    {
        var map = Of(x, new Shape(1, x.Shape[0], x.Shape[1], x.Shape[2]));
        return _graph.Convolution(map, _graph.As(Of(weight), MlxDType.Float32), geometry, groups);
    }

    private Tensor OfMap(MlxArray map, Shape shape) => Result(_graph.Reshape(map, shape), shape);
}
