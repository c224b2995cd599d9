using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>
/// Sees the hidden states of a forward pass by the names that the reference fixtures give them; for tests, null in serving.
/// </summary>
public delegate void Trace(string state, Tensor value);

/// <summary>A model whose hidden states can be looked at.</summary>
public interface ITraceableModel : IModel
{
    /// <summary>As <see cref="IModel.Forward"/>.</summary>
    Tensor? Forward(Batch batch, Trace? trace);

    /// <summary>As <see cref="IModel.Encode"/>.</summary>
    KeptTensor Encode(MediaInput input, Trace? trace);
}
