namespace MlxActors.Native.Tensors;

/// <summary>
/// A handle to numbers that a backend holds: a dense row-major block in a storage of that backend.
/// A temporary lives until the <see cref="TensorScope"/> it was made in ends; weights live as long as their checkpoint.
/// </summary>
/// <param name="Storage">The backend's own object; nobody else looks inside.</param>
/// <param name="Offset">First byte of the tensor within the storage.</param>
public readonly record struct Tensor(ITensorStorage Storage, long Offset, Shape Shape, DType DType)
{
    /// <summary>Size of the numbers.</summary>
    public long Bytes => Shape.Count * DType.Size();

    public override string ToString() => $"{DType}{Shape}";
}

/// <summary>Marks the object in which a backend keeps numbers.</summary>
public interface ITensorStorage;

/// <summary>A tensor that outlives the scope it was made in, until it is disposed. Not thread-safe; dispose on the engine's thread.</summary>
public abstract class KeptTensor : IDisposable
{
    /// <summary>The numbers; invalid after <see cref="Dispose()"/>.</summary>
    public abstract Tensor Value { get; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>Frees the temporaries made since it began. Scopes nest and end in reverse order.</summary>
public readonly struct TensorScope(IBackend backend, long mark) : IDisposable
{
    public void Dispose() => backend.EndScope(mark);

    /// <summary>
    /// Frees all temporaries made since the scope began but this one, which the scope goes on with: a stack of layers then needs the memory of
    /// its widest layer, not of all.
    /// </summary>
    public Tensor KeepOnly(Tensor tensor) => backend.KeepOnly(mark, tensor);
}
