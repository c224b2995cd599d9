using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Normalization and elementwise operations.</summary>
public sealed unsafe partial class CpuBackend
{
    /// <summary>Elements a thread takes at a time: enough to be worth the hand-over.</summary>
    private const int ElementsPerBlock = 16384;

    public Tensor RmsNorm(Tensor x, Tensor weight, float eps, float weightOffset = 0)
    {
        Operands.RequireRows(nameof(RmsNorm), nameof(x), x);
        Operands.RequireVector(nameof(RmsNorm), nameof(weight), weight, x.Shape.Last);
        var result = NewFloats(x.Shape);
        Run(
            new RmsNorm(Floats(x), AnyFloats(weight), Floats(result), x.Shape.Last, eps, weightOffset),
            x.Shape.Rows, RowsPerBlock(x.Shape.Last));
        return result;
    }

    public Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias, float eps)
    {
        Operands.RequireRows(nameof(LayerNorm), nameof(x), x);
        Operands.RequireVector(nameof(LayerNorm), nameof(weight), weight, x.Shape.Last);
        Operands.RequireVector(nameof(LayerNorm), nameof(bias), bias, x.Shape.Last);
        var result = NewFloats(x.Shape);
        Run(
            new LayerNorm(Floats(x), AnyFloats(weight), AnyFloats(bias), Floats(result), x.Shape.Last, eps),
            x.Shape.Rows, RowsPerBlock(x.Shape.Last));
        return result;
    }

    public Tensor Add(Tensor a, Tensor b) => Combine(nameof(Add), a, b, product: false);

    public Tensor Multiply(Tensor a, Tensor b) => Combine(nameof(Multiply), a, b, product: true);

    public Tensor Scale(Tensor x, float factor)
    {
        Operands.RequireFloat32(nameof(Scale), nameof(x), x);
        var result = NewFloats(x.Shape);
        var length = x.Shape.Count;
        Run(new Scale(Floats(x), Floats(result), length, factor), Operands.Blocks(length, ElementsPerBlock), block: 1);
        return result;
    }

    public Tensor Activate(Tensor x, Activation activation)
    {
        Operands.RequireFloat32(nameof(Activate), nameof(x), x);
        return Activated(x, up: null, activation);
    }

    public Tensor GatedActivation(Tensor gate, Tensor up, Activation activation)
    {
        Operands.RequireFloat32(nameof(GatedActivation), nameof(gate), gate);
        Operands.RequireShape(nameof(GatedActivation), nameof(up), up, gate.Shape);
        return Activated(gate, up, activation);
    }

    public Tensor AveragePool(Tensor x, int kernel)
    {
        Operands.OfAveragePool(x, kernel);
        var side = x.Shape[0] / kernel;
        var result = NewFloats(new Shape(side, side, x.Shape[2]));
        Run(new AveragePool(Floats(x), Floats(result), side, x.Shape[2], kernel), side, block: 1);
        return result;
    }

    private static int RowsPerBlock(int width) => Math.Max(1, ElementsPerBlock / Math.Max(1, width));

    private Tensor Activated(Tensor x, Tensor? up, Activation activation)
    {
        var result = NewFloats(x.Shape);
        var length = x.Shape.Count;
        Run(
            new Activate(Floats(x), up is { } factor ? Floats(factor) : null, Floats(result), length, activation),
            Operands.Blocks(length, Kernels.Activate.Block), block: 1);
        return result;
    }

    private Tensor Combine(string operation, Tensor a, Tensor b, bool product)
    {
        Operands.RequireRepeating(operation, a, b);
        var result = NewFloats(a.Shape);
        var width = b.Shape.Count;
        var rows = width == 0 ? 0 : checked((int)(a.Shape.Count / width));
        var columns = Operands.Blocks(width, ElementsPerBlock);
        var block = Math.Max(1, ElementsPerBlock / (int)Math.Clamp(width, 1, ElementsPerBlock));
        Run(
            new Combine(Floats(a), AnyFloats(b), Floats(result), width, columns, ElementsPerBlock, product),
            checked(rows * columns), block);
        return result;
    }
}
