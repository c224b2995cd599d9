using MlxActors.Native.Tensors;

namespace MlxActors.Generation.Batching;

/// <summary>A decode step that is being computed.</summary>
/// <param name="sequences">A row each; some may end before it is looked at.</param>
/// <param name="tokens">Int32 <c>[R]</c>, held until the step is disposed.</param>
internal sealed class BegunStep(IReadOnlyList<Sequence> sequences, KeptTensor tokens) : IDisposable
{
    public IReadOnlyList<Sequence> Sequences => sequences;

    public Tensor Tokens => tokens.Value;

    public bool IsNobodys => sequences.All(sequence => sequence.IsDisposed);

    public void Dispose() => tokens.Dispose();
}
