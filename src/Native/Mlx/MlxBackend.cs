using MlxActors.Native.Checkpoints;
using MlxActors.Native.Mlx.Handles;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx;

/// <summary>
/// Computes with MLX, on the GPU where there is one. Operations build a graph; <see cref="View"/> evaluates it, and the end of the
/// outermost scope begins to evaluate what keys and values are left. Everything is Float32, weights are as the checkpoint has them.
/// All calls come from the thread that made the backend. This file holds lifetimes and shapes.
/// </summary>
public sealed partial class MlxBackend : IBackend
{
    private readonly MlxLibrary _library;
    private readonly StreamHandle _stream;
    private readonly MlxGraph _graph;
    private readonly MlxMasks _masks;
    private readonly MlxTokenChooser _chooser;
    private readonly List<MlxTemporary> _temporaries = [];
    private readonly List<MlxWeight> _weights = [];
    private readonly List<MlxKvCache> _unevaluated = [];
    private readonly List<MlxTemporary> _chosen = [];
    private readonly bool _fusesRope;
    private long? _outermost;

    /// <exception cref="MlxException">MLX refuses the limits, or has no stream for this thread.</exception>
    public MlxBackend(MlxLibrary library, MlxLimits limits)
        : this(library, limits, fusesRope: library.HasGpu)
    {
    }

    /// <param name="fusesRope">
    /// Whether positions are rotated by MLX's own kernel where it can: one kernel instead of three, with angles in Float32 only.
    /// </param>
    public MlxBackend(MlxLibrary library, MlxLimits limits, bool fusesRope)
    {
        _fusesRope = fusesRope;
        _library = library;
        MlxMemory.Limit(limits, library.HasGpu);
        _stream = StreamHandle.OfThisThread(library.HasGpu);
        _graph = new MlxGraph(_stream);
        _masks = new MlxMasks(_graph);
        _chooser = new MlxTokenChooser(_graph);
    }

    public string Description => Describe(_library);

    /// <summary>Times that MLX was told to compute.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Bytes that the host has looked at.</summary>
    public long BytesViewed { get; private set; }

    /// <summary>What a backend on this library would call itself.</summary>
    public static string Describe(MlxLibrary library) =>
        $"MLX {library.Version}, {(library.HasGpu ? "Apple GPU" : "processor")}, float32 ({library.Path})";

    public TensorScope BeginScope()
    {
        var mark = ((long)_graph.Count << 32) | (uint)_temporaries.Count;
        _outermost ??= mark;
        return new TensorScope(this, mark);
    }

    public void EndScope(long mark)
    {
        Release(mark);
        if (mark <= _outermost)
        {
            _outermost = null;
            _masks.Clear();
            FinishCaches();
        }
    }

    public Tensor KeepOnly(long mark, Tensor tensor)
    {
        if (tensor.Storage is not MlxTemporary temporary || _temporaries.LastIndexOf(temporary) < (int)(uint)mark)
        {
            Release(mark);
            return tensor;
        }
        var array = ArrayHandle.Share(Of(tensor));
        Release(mark);
        return Result(_graph.TakeOver(array), tensor.Shape, tensor.DType);
    }

    public KeptTensor Keep(Tensor tensor)
    {
        var array = ArrayHandle.Share(_graph.InRows(Of(tensor)));
        Evaluate(array.Array);
        return new MlxKept(new MlxOwned(array, tensor.Shape, tensor.DType), tensor.Shape, tensor.DType);
    }

    public Tensor Import(CheckpointTensor tensor)
    {
        Operands.OfImport(tensor);
        var weight = new MlxWeight(tensor);
        _weights.Add(weight);
        return new Tensor(weight, 0, tensor.Shape, tensor.DType);
    }

    public void Settle(CancellationToken cancellationToken)
    {
        foreach (var weight in _weights)
        {
            cancellationToken.ThrowIfCancellationRequested();
            weight.CopyIn();
        }
    }

    public Tensor FromFloats(ReadOnlySpan<float> values, Shape shape)
    {
        Operands.OfFromFloats(values, shape);
        return Result(_graph.FromMemory(values, MlxDType.Float32, shape.ToArray()), shape);
    }

    public Tensor ToFloat32(Tensor tensor)
    {
        if (tensor.DType == DType.Float32)
        {
            return tensor;
        }
        Operands.RequireFloat(nameof(ToFloat32), nameof(tensor), tensor);
        return Result(_graph.As(Of(tensor), MlxDType.Float32), tensor.Shape);
    }

    public unsafe ReadOnlySpan<float> View(Tensor tensor)
    {
        Operands.RequireFloat32(nameof(View), nameof(tensor), tensor);
        if (tensor.Shape.Count == 0)
        {
            return [];
        }
        var rows = StorageOf(tensor).Form(ArrayForm.Rows, tensor, 0, () => _graph.InRows(Of(tensor)));
        Evaluate(rows);
        BytesViewed += tensor.Bytes;
        return new ReadOnlySpan<float>(MlxC.mlx_array_data_float32(rows), checked((int)tensor.Shape.Count));
    }

    public Tensor Reshape(Tensor tensor, Shape shape) => Operands.Reshaped(tensor, shape);

    public Tensor Slice(Tensor tensor, int first, int count) => Operands.Sliced(tensor, first, count);

    public Tensor Gather(Tensor tensor, ReadOnlySpan<int> rows)
    {
        Operands.OfGather(tensor, rows);
        var shape = Operands.WithFirst(tensor.Shape, rows.Length);
        return Result(_graph.Take(Of(tensor), Integers(rows)), shape, tensor.DType);
    }

    public Tensor ReplaceRows(Tensor tensor, int first, Tensor rows)
    {
        Operands.OfReplaceRows(tensor, first, rows);
        if (rows.Shape.Count == 0)
        {
            return tensor;
        }
        Span<int> start = stackalloc int[tensor.Shape.Rank];
        Span<int> end = stackalloc int[tensor.Shape.Rank];
        start.Clear();
        tensor.Shape.CopyTo(end);
        (start[0], end[0]) = (first, first + rows.Shape[0]);
        return Result(_graph.Replace(Of(tensor), Of(rows), start, end), tensor.Shape, tensor.DType);
    }

    public void Dispose()
    {
        if (_stream.IsClosed)
        {
            return;
        }
        _unevaluated.Clear();
        Release(0);
        _masks.Clear();
        _weights.ForEach(weight => weight.Dispose());
        _weights.Clear();
        MlxErrors.Check(MlxC.mlx_synchronize(_stream.Stream), nameof(MlxC.mlx_synchronize));
        _stream.Dispose();
        MlxMemory.ClearCache();
    }

    private static MlxStorage StorageOf(Tensor tensor) => tensor.Storage as MlxStorage
        ?? throw new TensorException(nameof(StorageOf), "a tensor of the MLX backend", tensor.Storage?.GetType().Name ?? "none");

    private MlxArray Of(Tensor tensor) => StorageOf(tensor).Of(_graph, tensor);

    private MlxArray Of(Tensor tensor, Shape shape) => Of(tensor with { Shape = shape });

    /// <summary>
    /// A tensor of any float type as Float32 with <paramref name="plus"/> added, computed once and kept instead of the narrow numbers.
    /// </summary>
    private MlxArray Wide(Tensor tensor, float plus = 0)
    {
        if (tensor.DType == DType.Float32 && plus == 0)
        {
            return Of(tensor);
        }
        return StorageOf(tensor).Form(ArrayForm.Wide, tensor, plus, () =>
        {
            var wide = _graph.As(Of(tensor), MlxDType.Float32);
            (tensor.Storage as MlxWeight)?.GiveBack();
            return plus == 0 ? wide : _graph.Add(wide, _graph.Number(plus));
        });
    }

    private MlxArray Integers(ReadOnlySpan<int> values) => _graph.FromMemory(values, MlxDType.Int32, values.Length);

    private Tensor Result(MlxArray array, Shape shape, DType dtype = DType.Float32) =>
        Temporary(new MlxTemporary(array, shape, dtype), shape, dtype);

    private Tensor Temporary(MlxTemporary storage, Shape shape, DType dtype)
    {
        _temporaries.Add(storage);
        return new Tensor(storage, 0, shape, dtype);
    }

    /// <summary>For operations on no numbers, which MLX does not all allow.</summary>
    private Tensor Nothing(Shape shape) => Result(_graph.Zeros(shape.ToArray()), shape);

    private void Release(long mark)
    {
        var kept = (int)(uint)mark;
        _chosen.Clear();
        for (var i = _temporaries.Count - 1; i >= kept; i--)
        {
            _temporaries[i].Dispose();
        }
        _temporaries.RemoveRange(kept, _temporaries.Count - kept);
        _graph.Release((int)(mark >> 32));
    }

    /// <summary>Computes an array, and with it what else the step has made to last: one evaluation.</summary>
    private void Evaluate(MlxArray array)
    {
        MlxGraph.Evaluate([array, .. TakePending()]);
        Evaluations++;
    }

    /// <summary>Begins to compute what a step has put into caches when nobody looked at its result.</summary>
    private void FinishCaches()
    {
        var arrays = TakePending();
        if (arrays.Length > 0)
        {
            MlxGraph.BeginEvaluating(arrays);
            Evaluations++;
        }
    }

    /// <summary>What was put into caches, and tokens chosen, since the last evaluation.</summary>
    private MlxArray[] TakePending()
    {
        MlxArray[] arrays = [.. _unevaluated.SelectMany(cache => cache.Arrays), .. _chosen.Select(tokens => tokens.Array)];
        _unevaluated.Clear();
        _chosen.ForEach(tokens => tokens.IsBegun = true);
        _chosen.Clear();
        return arrays;
    }
}
