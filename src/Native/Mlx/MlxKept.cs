using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>A tensor in an array of its own.</summary>
internal sealed class MlxKept(MlxOwned storage, Shape shape, DType dtype) : KeptTensor
{
    public override Tensor Value => new(storage, 0, shape, dtype);

    protected override void Dispose(bool disposing) => storage.Dispose();
}
