using MlxActors.Native.Checkpoints;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Tests.Checkpoints;

public sealed class WeightMapTests : IDisposable
{
    private const string Norm = "language_model.model.norm.weight";
    private const string Extra = "language_model.model.layers.0.extra";
    private const string PackedDown = "language_model.model.layers.2.mlp.down_proj.weight";

    private readonly IBackend _backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1));

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void Load_TensorMissing_NamesItAndItsShape() => AssertNamed(
        Norm, "(256)", tensor => tensor.Name == Norm ? [] : [TemporaryCheckpoint.Same(tensor)]);

    [Fact]
    public void Load_TensorMisshapen_NamesBothShapes() => AssertNamed(
        Norm, "(257)", tensor => [tensor.Name == Norm
            ? TensorSource.Of(Norm, DType.BFloat16, new Shape(257), new byte[514])
            : TemporaryCheckpoint.Same(tensor)]);

    [Fact]
    public void Load_TensorNobodyAsksFor_NamesIt() => AssertNamed(
        Extra, "Int8", tensor => tensor.Name == Norm
            ? [TemporaryCheckpoint.Same(tensor), TensorSource.Of(Extra, DType.Int8, new Shape(1), new byte[1])]
            : [TemporaryCheckpoint.Same(tensor)]);

    [Fact]
    public void Load_PackedInAnotherWidth_NamesTheWeight() => AssertNamed(
        PackedDown, "UInt32", tensor => [tensor.Name == PackedDown
            ? TensorSource.Of(PackedDown, DType.UInt32, new Shape(tensor.Shape[0] / 2, tensor.Shape[1] * 2), tensor.Bytes.ToArray())
            : TemporaryCheckpoint.Same(tensor)]);

    [Fact]
    public void Load_TowerWithoutProjector_NamesTheProjector() => AssertNamed(
        "multi_modal_projector", "no such tensor", tensor => tensor.Name.StartsWith("multi_modal_projector", StringComparison.Ordinal)
            ? []
            : [TemporaryCheckpoint.Same(tensor)]);

    [Fact]
    public void Load_NoTensorOfTheTower_GivesATextModel()
    {
        using var checkpoint = new TemporaryCheckpoint(tensor =>
            tensor.Name.StartsWith("language_model", StringComparison.Ordinal) ? [TemporaryCheckpoint.Same(tensor)] : []);

        using var model = checkpoint.Load(_backend);

        Assert.Equal(Capabilities.Text, model.Info.Capabilities);
    }

    [Fact]
    public void Load_FolderMissing_IsAnError()
    {
        var nowhere = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString());

        var error = ModelLoader.LoadModel(nowhere, _backend, CancellationToken.None).Match(_ => null, LoadError? (error) => error);

        Assert.Contains(nowhere, error?.Message, StringComparison.Ordinal);
    }

    private void AssertNamed(string tensor, string found, Func<CheckpointTensor, IEnumerable<TensorSource>> rewrite)
    {
        using var checkpoint = new TemporaryCheckpoint(rewrite);

        var error = checkpoint.LoadError(_backend);

        Assert.Equal(Checkpoint.SingleFileName, error.File);
        Assert.Contains(tensor, error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }
}
