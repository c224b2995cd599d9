using MlxActors.Native.Tensors;

namespace MlxActors.Models.Nn;

/// <summary><c>down(activation(gate(x)) · up(x))</c>.</summary>
public sealed record GatedMlp(Linear GateProj, Linear UpProj, Linear DownProj, Activation Activation)
{
    /// <summary>
    /// By how many standard deviations a gate must stand out of its row; what it has above that is its value. Null takes all as they are.
    /// </summary>
    public float? Deviations { get; init; }

    public static GatedMlp Load(WeightMap w, int hiddenSize, int intermediateSize, Activation activation) => new(
        (w / "gate_proj").Linear(hiddenSize, intermediateSize),
        (w / "up_proj").Linear(hiddenSize, intermediateSize),
        (w / "down_proj").Linear(intermediateSize, hiddenSize),
        activation);

    public Tensor Forward(IBackend b, Tensor x, Trace? trace = null)
    {
        var gate = GateProj.Forward(b, x);
        trace?.Invoke("mlp_gate", gate);
        gate = Deviations is { } deviations ? b.Outliers(gate, deviations) : gate;
        var expanded = b.GatedActivation(gate, UpProj.Forward(b, x), Activation);
        trace?.Invoke("mlp_down_input", expanded);
        return DownProj.Forward(b, expanded);
    }
}
