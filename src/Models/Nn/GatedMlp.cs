using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary><c>down(activation(gate(x)) · up(x))</c>.</summary>
public sealed record GatedMlp(Linear GateProj, Linear UpProj, Linear DownProj, Activation Activation)
{
    public static GatedMlp Load(WeightMap w, int hiddenSize, int intermediateSize, Activation activation) => new(
        (w / "gate_proj").Linear(hiddenSize, intermediateSize),
        (w / "up_proj").Linear(hiddenSize, intermediateSize),
        (w / "down_proj").Linear(intermediateSize, hiddenSize),
        activation);

    public Tensor Forward(IBackend b, Tensor x) =>
        DownProj.Forward(b, b.GatedActivation(GateProj.Forward(b, x), UpProj.Forward(b, x), Activation));
}
