using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Rows of a weight as floats, by vectors.</summary>
internal static unsafe class Dequantizer<TSimd, TFloats>
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
{
    public static void Row(in WeightMatrix weight, int n, float* target)
    {
        if (weight.Bits == 0)
        {
            new Widen(weight.Row(n), weight.Parameters, target, weight.K).Vector<TSimd, TFloats>(
                0, Operands.Blocks(weight.K, Widen.Block), worker: 0);
            return;
        }
        var bytes = stackalloc byte[BitPacking.MostGroupSize];
        var row = weight.Row(n);
        var packedGroup = weight.GroupSize * weight.Bits / 8;
        for (var group = 0; group < weight.Groups; group++)
        {
            var quanta = BitPacking.Unpack(row + group * packedGroup, weight.GroupSize, weight.Bits, bytes);
            var scale = TSimd.All(weight.Scale(n, group));
            var bias = TSimd.All(weight.Bias(n, group));
            for (var k = 0; k < weight.GroupSize; k += TSimd.Lanes)
            {
                TSimd.Store(TSimd.MultiplyAdd(TSimd.LoadBytes(quanta + k), scale, bias), target + k);
            }
            target += weight.GroupSize;
        }
    }
}

/// <summary>Packed integers to one byte each.</summary>
internal static unsafe class BitPacking
{
    public const int MostGroupSize = 128;

    /// <summary>The bytes of <paramref name="count"/> integers: <paramref name="buffer"/>, or the source where it has them.</summary>
    public static byte* Unpack(byte* source, int count, int bits, byte* buffer)
    {
        switch (bits)
        {
            case 8:
                return source;
            case 4:
                UnpackNibbles(source, count, buffer);
                return buffer;
            default:
                UnpackStream(source, count, bits, buffer);
                return buffer;
        }
    }

    private static void UnpackNibbles(byte* source, int count, byte* buffer)
    {
        for (var i = 0; i < count; i += 32)
        {
            var packed = Vector128.Load(source + i / 2);
            var even = packed & Vector128.Create((byte)0x0F);
            var odd = (packed.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)0x0F);
            Vector128.Store(ZipLow(even, odd), buffer + i);
            Vector128.Store(ZipHigh(even, odd), buffer + i + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> ZipLow(Vector128<byte> even, Vector128<byte> odd) =>
        (Vector128.WidenLower(even) | (Vector128.WidenLower(odd) << 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> ZipHigh(Vector128<byte> even, Vector128<byte> odd) =>
        (Vector128.WidenUpper(even) | (Vector128.WidenUpper(odd) << 8)).AsByte();

    /// <summary>Eight integers are as many bytes as each has bits.</summary>
    private static void UnpackStream(byte* source, int count, int bits, byte* buffer)
    {
        var mask = 0x0101010101010101UL * ((1UL << bits) - 1);
        for (var i = 0; i < count; i += 8, source += bits)
        {
            ulong stream = 0;
            for (var b = 0; b < bits; b++)
            {
                stream |= (ulong)source[b] << (8 * b);
            }
            *(ulong*)(buffer + i) = Bmi2.X64.IsSupported ? Bmi2.X64.ParallelBitDeposit(stream, mask) : Spread(stream, bits);
        }
    }

    private static ulong Spread(ulong stream, int bits)
    {
        ulong spread = 0;
        for (var i = 0; i < 8; i++)
        {
            spread |= ((stream >> (i * bits)) & ((1UL << bits) - 1)) << (8 * i);
        }
        return spread;
    }
}
