using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>
/// Sees the hidden states of a forward pass by the names that the reference fixtures give them; for tests, null in serving.
/// </summary>
public delegate void Trace(string state, Tensor value);
