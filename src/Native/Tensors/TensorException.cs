namespace MlxActors.Native.Tensors;

/// <summary>An operation got operands that do not fit: a bug in the caller, never the fault of a request.</summary>
public sealed class TensorException(string operation, string expected, string found)
    : Exception($"{operation}: expected {expected}, found {found}")
{
    public string Operation { get; } = operation;
}
