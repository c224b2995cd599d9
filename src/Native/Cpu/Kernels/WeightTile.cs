using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Eight rows of a quantized weight, one a lane. A group is unpacked into steps of 32 bytes: four elements of each of the eight rows. Rows
/// beyond the weight's last repeat that one.
/// </summary>
internal readonly unsafe struct WeightTile
{
    public const int Columns = 8;

    private const int CacheLine = 64;

    private readonly WeightMatrix _weight;
    private readonly int _first;
    private readonly int _last;

    public WeightTile(in WeightMatrix weight, int first)
    {
        (_weight, _first, _last) = (weight, first, Math.Min(Columns, weight.N - first) - 1);
    }

    /// <summary>Scales of all groups as <c>[Groups, Columns]</c>.</summary>
    public void TurnScales(float* target) => TurnParameters(_weight.Scales, target);

    /// <summary>Biases of all groups as <c>[Groups, Columns]</c>.</summary>
    public void TurnBiases(float* target) => TurnParameters(_weight.Biases, target);

    /// <summary>
    /// Asks for the part of the next tile that lies as far into it as the group into this one: eight rows at once are more streams than
    /// the processor foresees by itself.
    /// </summary>
    public void PrefetchNext(int group)
    {
        if (Sse.IsSupported)
        {
            var bytes = _weight.GroupSize * _weight.Bits;
            var next = _weight.Row(_first + Columns) + (long)group * bytes;
            for (var i = 0; i < bytes; i += CacheLine)
            {
                Sse.Prefetch0(next + i);
            }
        }
    }

    /// <summary>Unpacks a group into <paramref name="steps"/>; <paramref name="buffer"/> has room for the bytes of eight groups.</summary>
    public void Unpack(int group, byte* steps, byte* buffer)
    {
        var packed = _weight.Row(_first) + (long)group * _weight.GroupSize * _weight.Bits / 8;
        switch (_weight.Bits)
        {
            case 4:
                UnpackNibbles(packed, steps);
                break;
            case 8:
                UnpackBytes(packed, _weight.RowBytes, _last, steps);
                break;
            default:
                for (var i = 0; i <= _last; i++)
                {
                    BitPacking.Unpack(packed + i * _weight.RowBytes, _weight.GroupSize, _weight.Bits, buffer + i * _weight.GroupSize);
                }
                UnpackBytes(buffer, _weight.GroupSize, _last, steps);
                break;
        }
    }

    /// <summary>
    /// The products of a group of nibbles with one row of quanta, summed in each lane: what unpacking and adding up step by step gives,
    /// without the way through memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<int> DotNibbles<TSimd, TFloats>(int group, sbyte* quanta)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var half = _weight.GroupSize / 2;
        var packed = _weight.Row(_first) + (long)group * half;
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        for (var i = 0; i < half; i += 16, quanta += 32)
        {
            LoadWords(packed + i, _weight.RowBytes, _last, out var v0, out var v1, out var v2, out var v3);
            a = TSimd.Dot(a, Nibbles.Low(v0.AsByte()), Four(quanta));
            b = TSimd.Dot(b, Nibbles.High(v0.AsByte()), Four(quanta + 4));
            c = TSimd.Dot(c, Nibbles.Low(v1.AsByte()), Four(quanta + 8));
            d = TSimd.Dot(d, Nibbles.High(v1.AsByte()), Four(quanta + 12));
            a = TSimd.Dot(a, Nibbles.Low(v2.AsByte()), Four(quanta + 16));
            b = TSimd.Dot(b, Nibbles.High(v2.AsByte()), Four(quanta + 20));
            c = TSimd.Dot(c, Nibbles.Low(v3.AsByte()), Four(quanta + 24));
            d = TSimd.Dot(d, Nibbles.High(v3.AsByte()), Four(quanta + 28));
        }
        return a + b + (c + d);
    }

    /// <summary>Four quanta, the same in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Four(sbyte* quanta) => Vector256.Create(*(int*)quanta).AsSByte();

    private void UnpackNibbles(byte* packed, byte* steps)
    {
        for (var i = 0; i < _weight.GroupSize / 2; i += 16, steps += 8 * Columns * sizeof(uint))
        {
            LoadWords(packed + i, _weight.RowBytes, _last, out var v0, out var v1, out var v2, out var v3);
            StoreNibbles(v0, steps);
            StoreNibbles(v1, steps + 64);
            StoreNibbles(v2, steps + 128);
            StoreNibbles(v3, steps + 192);
        }
    }

    private void UnpackBytes(byte* bytes, long stride, int last, byte* steps)
    {
        for (var i = 0; i < _weight.GroupSize; i += 16, steps += 4 * Columns * sizeof(uint))
        {
            LoadWords(bytes + i, stride, last, out var v0, out var v1, out var v2, out var v3);
            Vector256.Store(v0.AsByte(), steps);
            Vector256.Store(v1.AsByte(), steps + 32);
            Vector256.Store(v2.AsByte(), steps + 64);
            Vector256.Store(v3.AsByte(), steps + 96);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreNibbles(Vector256<uint> words, byte* steps)
    {
        Vector256.Store(Nibbles.Low(words.AsByte()), steps);
        Vector256.Store(Nibbles.High(words.AsByte()), steps + 32);
    }

    /// <summary>Sixteen bytes of each row, turned: each vector holds four bytes of every row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadWords(
        byte* rows, long stride, int last, out Vector256<uint> v0, out Vector256<uint> v1, out Vector256<uint> v2, out Vector256<uint> v3)
    {
        if (last == Columns - 1)
        {
            var upper = rows + 4 * stride;
            v0 = LoadPair(rows, upper);
            v1 = LoadPair(rows + stride, upper + stride);
            v2 = LoadPair(rows + 2 * stride, upper + 2 * stride);
            v3 = LoadPair(rows + 3 * stride, upper + 3 * stride);
        }
        else
        {
            v0 = LoadPair(rows, rows + Math.Min(4, last) * stride);
            v1 = LoadPair(rows + Math.Min(1, last) * stride, rows + Math.Min(5, last) * stride);
            v2 = LoadPair(rows + Math.Min(2, last) * stride, rows + Math.Min(6, last) * stride);
            v3 = LoadPair(rows + Math.Min(3, last) * stride, rows + last * stride);
        }
        Transpose.Words(ref v0, ref v1, ref v2, ref v3);
    }

    private static Vector256<uint> LoadPair(byte* low, byte* high) =>
        Vector256.Create(Vector128.Load((uint*)low), Vector128.Load((uint*)high));

    /// <summary>The scales or biases of all groups, eight floats a group.</summary>
    private void TurnParameters(byte* parameters, float* target)
    {
        var size = _weight.Parameters.Size();
        var stride = (long)_weight.Groups * size;
        var source = parameters + _first * stride;
        var groupsAtOnce = 16 / size;
        var group = 0;
        for (; group <= _weight.Groups - groupsAtOnce; group += groupsAtOnce, target += groupsAtOnce * Columns)
        {
            LoadWords(source + group * size, stride, _last, out var v0, out var v1, out var v2, out var v3);
            StoreParameters(v0, target);
            StoreParameters(v1, target + groupsAtOnce * Columns / 4);
            StoreParameters(v2, target + groupsAtOnce * Columns / 2);
            StoreParameters(v3, target + groupsAtOnce * Columns * 3 / 4);
        }
        for (; group < _weight.Groups; group++, target += Columns)
        {
            for (var i = 0; i < Columns; i++)
            {
                target[i] = Widen.ToFloat(source + Math.Min(i, _last) * stride, _weight.Parameters, group);
            }
        }
    }

    private void StoreParameters(Vector256<uint> words, float* target)
    {
        switch (_weight.Parameters)
        {
            case DType.BFloat16:
                Vector256.Store((words << 16).AsSingle(), target);
                Vector256.Store((words & Vector256.Create(0xFFFF0000u)).AsSingle(), target + Columns);
                break;
            case DType.Float16:
                Vector256.Store(Float16.ToFloat32(words & Vector256.Create(0xFFFFu)), target);
                Vector256.Store(Float16.ToFloat32(words >>> 16), target + Columns);
                break;
            default:
                Vector256.Store(words.AsSingle(), target);
                break;
        }
    }
}
