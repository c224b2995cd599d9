using MlxActors.Native.Checkpoints;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Cpu.Memory;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>
/// Computes on the processor's vector units. Weights are read where they lie in the mapped checkpoint; temporaries come from an arena
/// of native memory. This file holds lifetimes and shapes; the operations are in the other parts of the class.
/// </summary>
public sealed unsafe partial class CpuBackend : IBackend
{
    private readonly CpuOptions _options;
    private readonly InstructionSet _set;
    private readonly Arena _arena = new();
    private readonly WorkerPool _pool;
    private readonly PagePool _pages = new();
    private readonly Dictionary<MappedFile, MappedStorage> _files = [];

    /// <exception cref="PlatformNotSupportedException">The processor lacks the instruction set that the options name.</exception>
    public CpuBackend(CpuOptions options)
    {
        _options = options;
        _set = options.Limit ?? Dispatch.Best;
        if (!Dispatch.IsAvailable(_set))
        {
            throw new PlatformNotSupportedException($"this processor has no {_set}");
        }
        _pool = new WorkerPool(options.Threads);
    }

    public string Description =>
        $"CPU, {_set}, {_pool.Count} thread{(_pool.Count == 1 ? "" : "s")}, {(_options.Mode == CpuMode.Exact ? "exact" : "fast")}, "
        + $"KV cache {_options.KvCacheType.ToString().ToLowerInvariant()}";

    /// <summary>Native memory held for temporaries, in bytes.</summary>
    public long ArenaBytes => _arena.Bytes;

    /// <summary>The instruction set that a backend takes when its options name none.</summary>
    public static InstructionSet BestInstructions => Dispatch.Best;

    /// <summary>Whether this machine can compute with an instruction set.</summary>
    public static bool IsAvailable(InstructionSet set) => Dispatch.IsAvailable(set);

    public TensorScope BeginScope() => new(this, _arena.Mark);

    public void EndScope(long mark) => _arena.Rewind(mark);

    public Tensor KeepOnly(long mark, Tensor tensor)
    {
        var (source, length) = ((nint)Start(nameof(KeepOnly), tensor), Bytes(tensor));
        var isTemporary = tensor.Storage is NativeBlock block && _arena.Holds(block);
        _arena.Rewind(mark);
        if (!isTemporary)
        {
            return tensor;
        }
        // The old place may overlap the new one, which MemoryCopy allows; nothing else is written meanwhile.
        var result = New(tensor.Shape, tensor.DType);
        Buffer.MemoryCopy((void*)source, Start(nameof(KeepOnly), result), length, length);
        return result;
    }

    public KeptTensor Keep(Tensor tensor)
    {
        var length = Bytes(tensor);
        var block = new NativeBlock(Math.Max(length, 1));
        Buffer.MemoryCopy(Start(nameof(Keep), tensor), block.Start, block.Length, length);
        return new KeptBlock(block, tensor.Shape, tensor.DType);
    }

    public Tensor Import(CheckpointTensor tensor)
    {
        Operands.OfImport(tensor);
        if (!_files.TryGetValue(tensor.File, out var storage))
        {
            storage = new MappedStorage(tensor.File);
            _files.Add(tensor.File, storage);
        }
        return new Tensor(storage, tensor.Offset, tensor.Shape, tensor.DType);
    }

    /// <summary>Nothing: weights are read where they lie.</summary>
    public void Settle(CancellationToken cancellationToken)
    {
    }

    public Tensor FromFloats(ReadOnlySpan<float> values, Shape shape)
    {
        Operands.OfFromFloats(values, shape);
        var tensor = NewFloats(shape);
        values.CopyTo(new Span<float>(Floats(tensor), values.Length));
        return tensor;
    }

    public Tensor ToFloat32(Tensor tensor)
    {
        if (tensor.DType == DType.Float32)
        {
            return tensor;
        }
        Operands.RequireFloat(nameof(ToFloat32), "tensor", tensor);
        var result = NewFloats(tensor.Shape);
        var length = tensor.Shape.Count;
        Run(
            new Widen(Start(nameof(ToFloat32), tensor), tensor.DType, Floats(result), length),
            Operands.Blocks(length, Widen.Block), block: 1);
        return result;
    }

    public ReadOnlySpan<float> View(Tensor tensor)
    {
        Operands.RequireFloat32(nameof(View), "tensor", tensor);
        return new ReadOnlySpan<float>(Start(nameof(View), tensor), checked((int)tensor.Shape.Count));
    }

    public Tensor Reshape(Tensor tensor, Shape shape) => Operands.Reshaped(tensor, shape);

    public Tensor Slice(Tensor tensor, int first, int count) => Operands.Sliced(tensor, first, count);

    public Tensor Gather(Tensor tensor, ReadOnlySpan<int> rows)
    {
        Operands.OfGather(tensor, rows);
        var length = Operands.RowLength(tensor.Shape) * tensor.DType.Size();
        var result = New(Operands.WithFirst(tensor.Shape, rows.Length), tensor.DType);
        var source = Start(nameof(Gather), tensor);
        var target = Start(nameof(Gather), result);
        for (var i = 0; i < rows.Length; i++)
        {
            Buffer.MemoryCopy(source + rows[i] * length, target + i * length, length, length);
        }
        return result;
    }

    public Tensor ReplaceRows(Tensor tensor, int first, Tensor rows)
    {
        Operands.OfReplaceRows(tensor, first, rows);
        // Weights are read-only memory, and what is kept may be shared: only temporaries are written in place.
        var result = tensor.Storage is NativeBlock block && _arena.Holds(block) ? tensor : Copy(tensor);
        var offset = first * Operands.RowLength(tensor.Shape) * tensor.DType.Size();
        var length = Bytes(rows);
        Buffer.MemoryCopy(Start(nameof(ReplaceRows), rows), Start(nameof(ReplaceRows), result) + offset, length, length);
        return result;
    }

    public void Dispose()
    {
        _pool.Dispose();
        _arena.Dispose();
        _pages.Dispose();
    }

    private static long Bytes(Tensor tensor) => tensor.Shape.Count * tensor.DType.Size();

    private static byte* Start(string operation, Tensor tensor) => tensor.Storage is CpuStorage storage
        ? storage.Start + tensor.Offset
        : throw new TensorException(operation, "a tensor of the CPU backend", tensor.Storage?.GetType().Name ?? "none");

    private static float* Floats(Tensor tensor) => (float*)Start(nameof(Floats), tensor);

    /// <summary>The numbers of a float tensor of any precision as Float32: norms and biases are read as the checkpoint has them.</summary>
    private float* AnyFloats(Tensor tensor) => Floats(ToFloat32(tensor));

    private Tensor New(Shape shape, DType dtype)
    {
        var (block, offset) = _arena.Allocate(shape.Count * dtype.Size());
        return new Tensor(block, offset, shape, dtype);
    }

    private Tensor NewFloats(Shape shape) => New(shape, DType.Float32);

    /// <summary>Memory for numbers that no tensor names; freed with the scope.</summary>
    private T* Scratch<T>(long count)
        where T : unmanaged
    {
        var (block, offset) = _arena.Allocate(count * sizeof(T));
        return (T*)(block.Start + offset);
    }

    private Tensor Copy(Tensor tensor)
    {
        var copy = New(tensor.Shape, tensor.DType);
        var length = Bytes(tensor);
        Buffer.MemoryCopy(Start(nameof(Copy), tensor), Start(nameof(Copy), copy), length, length);
        return copy;
    }

    /// <summary>Runs a kernel over its items on all threads, <paramref name="block"/> items at a time.</summary>
    private void Run<TKernel>(TKernel kernel, int items, int block)
        where TKernel : unmanaged, IKernel => _pool.Run(Dispatch.Entry<TKernel>(_set), &kernel, items, block);
}
