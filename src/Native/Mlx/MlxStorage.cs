using MlxActors.Native.Mlx.Handles;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>What is made of an array for an operation, and then kept with it.</summary>
internal enum ArrayForm
{
    /// <summary>Rows of it, or another shape.</summary>
    View,

    /// <summary>As Float32, with a number added.</summary>
    Wide,

    /// <summary>Row by row in memory.</summary>
    Rows,

    /// <summary>Of a table of angles: the cosines, as the rotation wants them.</summary>
    Cosines,

    /// <summary>Of a table of angles: the sines, those for the first half negated.</summary>
    Sines,
}

/// <summary>An array that tensors lie in, and the forms of it that operations asked for.</summary>
internal abstract class MlxStorage(Shape shape, DType dtype) : ITensorStorage, IDisposable
{
    private Dictionary<(ArrayForm, long, Shape, float), ArrayHandle>? _forms;

    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public abstract MlxArray Array { get; }

    /// <summary>Whether it has been computed, or this was begun.</summary>
    public bool IsBegun { get; set; }

    /// <summary>The array of a tensor that lies in this storage.</summary>
    public MlxArray Of(MlxGraph graph, Tensor tensor) => tensor.Offset == 0 && tensor.Shape == shape
        ? Array
        : Form(ArrayForm.View, tensor, 0, () => Cut(graph, tensor));

    public bool Has(ArrayForm form, Tensor tensor, float parameter) =>
        _forms?.ContainsKey((form, tensor.Offset, tensor.Shape, parameter)) == true;

    /// <summary>A form of a tensor: made when it is first asked for, and held as long as the storage is.</summary>
    public MlxArray Form(ArrayForm form, Tensor tensor, float parameter, Func<MlxArray> make)
    {
        _forms ??= [];
        var key = (form, tensor.Offset, tensor.Shape, parameter);
        if (!_forms.TryGetValue(key, out var handle))
        {
            handle = ArrayHandle.Share(make());
            _forms.Add(key, handle);
        }
        return handle.Array;
    }

    public virtual void Dispose()
    {
        foreach (var form in _forms?.Values ?? Enumerable.Empty<ArrayHandle>())
        {
            form.Dispose();
        }
        _forms = null;
    }

    private MlxArray Cut(MlxGraph graph, Tensor tensor)
    {
        var (first, count, row) = (tensor.Offset / dtype.Size(), tensor.Shape.Count, Operands.RowLength(shape));
        if (count == shape.Count)
        {
            return graph.Reshape(Array, tensor.Shape);
        }
        if (row > 0 && first % row == 0 && count % row == 0)
        {
            Span<int> start = stackalloc int[Shape.MaxRank];
            Span<int> end = stackalloc int[Shape.MaxRank];
            start.Clear();
            shape.CopyTo(end);
            (start[0], end[0]) = ((int)(first / row), (int)((first + count) / row));
            return graph.Reshape(graph.Slice(Array, start[..shape.Rank], end[..shape.Rank]), tensor.Shape);
        }
        var flat = graph.Reshape(Array, checked((int)shape.Count));
        return graph.Reshape(graph.Slice(flat, [(int)first], [(int)(first + count)]), tensor.Shape);
    }
}

/// <summary>An array whose reference belongs to the graph, until a scope ends.</summary>
internal class MlxTemporary(MlxArray array, Shape shape, DType dtype) : MlxStorage(shape, dtype)
{
    private bool _disposed;

    public override MlxArray Array => _disposed ? throw new ObjectDisposedException(nameof(MlxTemporary)) : array;

    public override void Dispose()
    {
        _disposed = true;
        base.Dispose();
    }
}

/// <summary>A table of angles that the fused rotation needs not: positions <c>[R]</c> and wavelengths <c>[D/2]</c> say it all.</summary>
internal sealed class MlxRopeTable(MlxArray table, Shape shape, MlxArray positions, MlxArray wavelengths)
    : MlxTemporary(table, shape, DType.Float32)
{
    public MlxArray Positions => positions;

    /// <summary>1 over the frequencies.</summary>
    public MlxArray Wavelengths => wavelengths;
}

/// <summary>An array that outlives scopes.</summary>
internal sealed class MlxOwned(ArrayHandle handle, Shape shape, DType dtype) : MlxStorage(shape, dtype)
{
    public override MlxArray Array => handle.Array;

    public override void Dispose()
    {
        handle.Dispose();
        base.Dispose();
    }
}
