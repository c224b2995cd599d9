using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Memory;

/// <summary>A tensor in a native block of its own.</summary>
internal sealed class KeptBlock(NativeBlock block, Shape shape, DType dtype) : KeptTensor
{
    public override Tensor Value => new(block, 0, shape, dtype);

    protected override void Dispose(bool disposing) => block.Dispose();
}
