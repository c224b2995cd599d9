using MlxActors.Native.Checkpoints;

namespace MlxActors.Web.Tests.Serving;

/// <summary>The demo model without its vision tower, in a folder of its own.</summary>
internal sealed class TextOnlyCheckpoint : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mlxactors-");

    /// <param name="source">The demo model's folder.</param>
    public TextOnlyCheckpoint(string source)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*.json"))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }
        using var checkpoint = Checkpoint.Open(source).Match(open => open, error => throw new InvalidDataException(error.ToString()));
        SafetensorsWriter.Write(
            Path.Combine(Folder, Checkpoint.SingleFileName),
            [
                .. checkpoint.Tensors.Values
                    .Where(tensor => tensor.Name.StartsWith("language_model.", StringComparison.Ordinal))
                    .Select(tensor => TensorSource.Of(tensor.Name, tensor.DType, tensor.Shape, tensor.Bytes.ToArray())),
            ]);
    }

    public string Folder => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
