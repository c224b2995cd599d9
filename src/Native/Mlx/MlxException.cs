namespace MlxActors.Native.Mlx;

/// <summary>A call into MLX failed: which, on arrays of which shapes, and what MLX says of it.</summary>
public sealed class MlxException(string operation, string shapes, string message)
    : Exception($"{operation}{shapes}: {message}")
{
    public string Operation { get; } = operation;

    /// <summary>Of the operands, as <c>Float32(3, 4), Float32(4)</c>.</summary>
    public string Shapes { get; } = shapes;
}
