using System.Security.Cryptography;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Kernels;

/// <summary>
/// Quantized matrices in a mapped temporary file: random integers, and scales and biases of one size. Successive matrices of a shape lie
/// one behind the other, so that a run over all of them finds none in the cache.
/// </summary>
internal sealed class SyntheticWeights : IDisposable
{
    public const int GroupSize = 64;

    private const int Bits = 4;
    private const ushort OneHundredth = 0x3C24;

    private readonly MappedFile _file;
    private readonly long _packedBytes;
    private readonly long _parameterBytes;

    /// <param name="elements">Weights of all matrices together.</param>
    public SyntheticWeights(long elements)
    {
        _packedBytes = elements * Bits / 8;
        _parameterBytes = elements / GroupSize * sizeof(ushort);
        var path = Path.GetTempFileName();
        using (var stream = File.OpenWrite(path))
        {
            var block = RandomNumberGenerator.GetBytes(1 << 20);
            for (var written = 0L; written < _packedBytes; written += block.Length)
            {
                stream.Write(block, 0, (int)Math.Min(block.Length, _packedBytes - written));
            }
            var parameters = new ushort[_parameterBytes / sizeof(ushort)];
            Array.Fill(parameters, OneHundredth);
            stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(parameters.AsSpan()));
        }
        _file = MappedFile.Open(path);
    }

    /// <summary>Bytes that a product with one matrix reads.</summary>
    public static long Bytes(int n, int k) => (long)n * k * Bits / 8 + 2L * n * k / GroupSize * sizeof(ushort);

    /// <summary>All matrices of a shape that the file has room for.</summary>
    public Weight[] Matrices(IBackend backend, int n, int k)
    {
        var count = (int)(_packedBytes / ((long)n * k * Bits / 8));
        return [.. Enumerable.Range(0, count).Select(i => Matrix(backend, n, k, i))];
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_file.Path);
    }

    private Weight.Quantized Matrix(IBackend backend, int n, int k, int index)
    {
        var packed = new Shape(n, k * Bits / 32);
        var groups = new Shape(n, k / GroupSize);
        var parameters = _packedBytes + index * groups.Count * sizeof(ushort);
        return new Weight.Quantized(
            backend.Import(new CheckpointTensor("packed", DType.UInt32, packed, _file, index * packed.Count * sizeof(uint))),
            backend.Import(new CheckpointTensor("scales", DType.BFloat16, groups, _file, parameters)),
            backend.Import(new CheckpointTensor("biases", DType.BFloat16, groups, _file, parameters)),
            GroupSize, Bits);
    }
}
