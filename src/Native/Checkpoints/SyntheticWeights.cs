using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Checkpoints;

/// <summary>
/// Random weights in the exact form of a converted checkpoint, for tests and benchmarks that need a model's size but not its sense.
/// The numbers depend on the seed and the tensor's name alone, and are scaled so that activations stay in the range of a real model's.
/// </summary>
public sealed class SyntheticWeights(ulong seed)
{
    private const int BlockBytes = 1 << 20;

    /// <summary>A quantized linear layer or embedding <c>[rows, columns]</c>: <c>weight</c>, <c>scales</c>, <c>biases</c>.</summary>
    public IEnumerable<TensorSource> Quantized(string module, int rows, int columns, int groupSize, int bits)
    {
        // Evenly spread levels of step s have the variance (s · 2^bits)² / 12; it should be 1 / columns.
        var step = MathF.Sqrt(12f / columns) / (1 << bits);
        var groups = new Shape(rows, columns / groupSize);
        yield return Random($"{module}.weight", DType.UInt32, new Shape(rows, columns * bits / 32), _ => { });
        yield return Constant($"{module}.scales", groups, step);
        yield return Constant($"{module}.biases", groups, -step * ((1 << bits) - 1) / 2);
    }

    /// <summary>A plain BFloat16 weight <c>[N, …]</c>, evenly spread with the variance 1 / (numbers a row).</summary>
    public TensorSource Plain(string name, Shape shape)
    {
        var spread = MathF.Sqrt(3f * shape[0] / shape.Count);
        return Random(name, DType.BFloat16, shape, block =>
        {
            foreach (ref var number in MemoryMarshal.Cast<byte, ushort>(block.AsSpan()))
            {
                number = (ushort)(BitConverter.SingleToUInt32Bits((number / 32767.5f - 1) * spread) >> 16);
            }
        });
    }

    /// <summary>A BFloat16 tensor of one number.</summary>
    public TensorSource Constant(string name, Shape shape, float value) => new(name, DType.BFloat16, shape, stream =>
    {
        var block = new byte[BlockBytes];
        MemoryMarshal.Cast<byte, ushort>(block.AsSpan()).Fill((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
        WriteBlocks(stream, shape.Count * DType.BFloat16.Size(), block, _ => { });
    });

    /// <summary>Random bits, and what is made of them block by block.</summary>
    private TensorSource Random(string name, DType dtype, Shape shape, Action<byte[]> shaping) => new(name, dtype, shape, stream =>
    {
        var state = seed ^ BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        WriteBlocks(stream, shape.Count * dtype.Size(), new byte[BlockBytes], block =>
        {
            foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(block.AsSpan()))
            {
                word = SplitMix64(ref state);
            }
            shaping(block);
        });
    });

    private static void WriteBlocks(Stream stream, long length, byte[] block, Action<byte[]> fill)
    {
        for (var left = length; left > 0; left -= block.Length)
        {
            fill(block);
            stream.Write(block, 0, (int)Math.Min(left, block.Length));
        }
    }

    /// <summary>Steele, Lea and Flood's generator: fast, and good enough for weights.</summary>
    private static ulong SplitMix64(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
