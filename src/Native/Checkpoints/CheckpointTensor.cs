using MlxActors.Native.Tensors;

namespace MlxActors.Native.Checkpoints;

/// <summary>Where a tensor lies in a checkpoint. The bytes stay in the mapped file; nothing is copied.</summary>
/// <param name="Name">As in the file.</param>
/// <param name="File">The mapping that holds it.</param>
/// <param name="Offset">First byte within the file.</param>
public sealed record CheckpointTensor(string Name, DType DType, Shape Shape, MappedFile File, long Offset)
{
    /// <summary>Length in bytes.</summary>
    public long Length => Shape.Count * DType.Size();

    /// <summary>The bytes, for tensors under 2 GiB.</summary>
    public ReadOnlySpan<byte> Bytes => File.Bytes(Offset, checked((int)Length));
}
