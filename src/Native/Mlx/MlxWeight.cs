using MlxActors.Native.Checkpoints;
using MlxActors.Native.Mlx.Handles;
using MlxActors.Native.Mlx.Interop;

namespace MlxActors.Native.Mlx;

/// <summary>
/// A tensor of the checkpoint, copied into MLX's memory when it is first needed: packed weights as they are. The copy is made from our
/// own mapping and not by <c>mlx_load_safetensors</c>, since an error of its reader ends the process (a file cut short, for one).
/// </summary>
internal sealed class MlxWeight(CheckpointTensor tensor) : MlxStorage(tensor.Shape, tensor.DType)
{
    private ArrayHandle? _copy;
    private bool _disposed;

    public override MlxArray Array
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            CopyIn();
            return _copy!.Array;
        }
    }

    /// <summary>Makes the copy now.</summary>
    public void CopyIn() => _copy ??= ArrayHandle.Own(Copy());

    /// <summary>Gives the copy up because another form of it takes its place; who still asks for it gets a new one.</summary>
    public void GiveBack()
    {
        _copy?.Dispose();
        _copy = null;
    }

    public override void Dispose()
    {
        _disposed = true;
        _copy?.Dispose();
        base.Dispose();
    }

    private unsafe MlxArray Copy() =>
        MlxGraph.Copied(tensor.File.Start + tensor.Offset, tensor.DType.ToMlx(), tensor.Shape.ToArray());
}
