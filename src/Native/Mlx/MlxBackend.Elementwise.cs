using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>Normalization and elementwise operations.</summary>
public sealed partial class MlxBackend
{
    private const float GeluInner = 0.044715f;

    public Tensor RmsNorm(Tensor x, Tensor weight, float eps, float weightOffset = 0)
    {
        Operands.RequireRows(nameof(RmsNorm), nameof(x), x);
        Operands.RequireVector(nameof(RmsNorm), nameof(weight), weight, x.Shape.Last);
        return Result(_graph.RmsNorm(Of(x), Wide(weight, weightOffset), eps), x.Shape);
    }

    public Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias, float eps)
    {
        Operands.RequireRows(nameof(LayerNorm), nameof(x), x);
        Operands.RequireVector(nameof(LayerNorm), nameof(weight), weight, x.Shape.Last);
        Operands.RequireVector(nameof(LayerNorm), nameof(bias), bias, x.Shape.Last);
        return Result(_graph.LayerNorm(Of(x), Wide(weight), Wide(bias), eps), x.Shape);
    }

    public Tensor Add(Tensor a, Tensor b)
    {
        Operands.RequireRepeating(nameof(Add), a, b);
        return Result(_graph.Add(Of(a), Of(b)), a.Shape);
    }

    public Tensor Multiply(Tensor a, Tensor b)
    {
        Operands.RequireRepeating(nameof(Multiply), a, b);
        return Result(_graph.Multiply(Of(a), Of(b)), a.Shape);
    }

    public Tensor Scale(Tensor x, float factor)
    {
        Operands.RequireFloat32(nameof(Scale), nameof(x), x);
        return Result(_graph.Multiply(Of(x), factor), x.Shape);
    }

    public Tensor Activate(Tensor x, Activation activation)
    {
        Operands.RequireFloat32(nameof(Activate), nameof(x), x);
        return Result(Activated(Of(x), activation), x.Shape);
    }

    public Tensor GatedActivation(Tensor gate, Tensor up, Activation activation)
    {
        Operands.RequireFloat32(nameof(GatedActivation), nameof(gate), gate);
        Operands.RequireShape(nameof(GatedActivation), nameof(up), up, gate.Shape);
        return Result(_graph.Multiply(Activated(Of(gate), activation), Of(up)), gate.Shape);
    }

    public Tensor AveragePool(Tensor x, int kernel)
    {
        Operands.OfAveragePool(x, kernel);
        var (side, channels) = (x.Shape[0] / kernel, x.Shape[2]);
        var squares = _graph.Reshape(Of(x), side, kernel, side, kernel, channels);
        return Result(_graph.Mean(squares, 1, 3), new Shape(side, side, channels));
    }

    private MlxArray Activated(MlxArray x, Activation activation) => activation switch
    {
        // (1 + tanh u) / 2 is σ(2u), which does not cancel far below zero.
        Activation.GeluTanh => _graph.Multiply(x, _graph.Sigmoid(GeluArgument(x))),
        Activation.Gelu => _graph.Multiply(
            x, _graph.Add(_graph.Multiply(_graph.Erf(_graph.Multiply(x, MathF.Sqrt(0.5f))), 0.5f), _graph.Number(0.5f))),
        Activation.Silu => _graph.Multiply(x, _graph.Sigmoid(x)),
        Activation.Tanh => _graph.Tanh(x),
        Activation.Relu => _graph.Maximum(x, _graph.Number(0)),
        Activation.Sigmoid => _graph.Sigmoid(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "not an activation"),
    };

    /// <summary><c>2 √(2/π) (x + 0.044715 x³)</c>.</summary>
    private MlxArray GeluArgument(MlxArray x)
    {
        var factor = 2 * MathF.Sqrt(2 / MathF.PI);
        var inner = _graph.Add(_graph.Multiply(_graph.Square(x), factor * GeluInner), _graph.Number(factor));
        return _graph.Multiply(x, inner);
    }
}
