using MlxActors.Golden;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Tests.Checkpoints;

/// <summary>A folder with the demo checkpoint rewritten, gone with the test.</summary>
internal sealed class TemporaryCheckpoint : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlxactors-");

    /// <summary>What each tensor of the demo model becomes: itself, others, or nothing.</summary>
    public TemporaryCheckpoint(Func<CheckpointTensor, IEnumerable<TensorSource>> rewrite)
    {
        var demo = Path.Combine(Goldens.Repository, "models", "demo");
        File.Copy(Path.Combine(demo, "config.json"), Path.Combine(Folder, "config.json"));
        using var checkpoint = Open(demo);
        SafetensorsWriter.Write(Path.Combine(Folder, Checkpoint.SingleFileName), [.. checkpoint.Tensors.Values.SelectMany(rewrite)]);
    }

    public string Folder => _folder.FullName;

    public static TensorSource Same(CheckpointTensor tensor) =>
        TensorSource.Of(tensor.Name, tensor.DType, tensor.Shape, tensor.Bytes.ToArray());

    public static Checkpoint Open(string folder) =>
        Checkpoint.Open(folder).Match(opened => opened, error => throw new InvalidOperationException(error.ToString()));

    public IModel Load(IBackend backend) => ModelLoader.LoadModel(Folder, backend, CancellationToken.None)
        .Match(model => model, error => throw new InvalidOperationException(error.Message));

    public LoadError LoadError(IBackend backend) => ModelLoader.LoadModel(Folder, backend, CancellationToken.None)
        .Match(_ => throw new InvalidOperationException("the checkpoint loads"), error => error);

    public void Dispose() => _folder.Delete(recursive: true);
}
