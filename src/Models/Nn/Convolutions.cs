using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary>A square convolution with "SAME" padding: <c>[H, W, C] → [⌈H / stride⌉, ⌈W / stride⌉, N]</c>.</summary>
/// <param name="Weight"><c>[N, kernel, kernel, C]</c>.</param>
public sealed record Convolution(Tensor Weight, Tensor? Bias, int Stride)
{
    public Tensor Forward(IBackend b, Tensor x) =>
        b.Convolution(x, Weight, Bias, ConvolutionGeometry.Same(x.Shape[0], x.Shape[1], Weight.Shape[1], Stride));
}

/// <summary>A square convolution of each channel by itself, with "SAME" padding.</summary>
/// <param name="Weight"><c>[C, kernel, kernel, 1]</c>.</param>
public sealed record DepthwiseConvolution(Tensor Weight, int Stride)
{
    public Tensor Forward(IBackend b, Tensor x) =>
        b.DepthwiseConvolution(x, Weight, ConvolutionGeometry.Same(x.Shape[0], x.Shape[1], Weight.Shape[1], Stride));
}
