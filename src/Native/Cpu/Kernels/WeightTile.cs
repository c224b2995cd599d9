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

    /// <summary>Bytes of an unpacked group at most.</summary>
    public const int GroupBytes = BitPacking.MostGroupSize * Columns;

    private const int CacheLine = 64;

    /// <summary>Bytes of steps that sixteen packed bytes of each row become.</summary>
    private const int NibbleSteps = 2 * 16 * Columns;

    private readonly WeightMatrix _weight;
    private readonly int _first;
    private readonly int _last;

    public WeightTile(in WeightMatrix weight, int first)
    {
        (_weight, _first, _last) = (weight, first, Math.Min(Columns, weight.N - first) - 1);
    }

    /// <summary>Bytes that <see cref="Turn"/> works in: a group twice, and the scales and biases of the smallest groups.</summary>
    public static long TurnBuffer(int k) => 2 * GroupBytes + k / 32 * 2L * Columns * sizeof(float);

    /// <summary>Scales and biases of all groups, turned: those of a group side by side, <paramref name="stride"/> floats from group to group.</summary>
    public void TurnParameters(float* scales, float* biases, int stride)
    {
        TurnFloats(_weight.Scales, _weight.Groups, scales, stride);
        TurnFloats(_weight.Biases, _weight.Groups, biases, stride);
    }

    /// <summary>
    /// Asks for the part of the tile <paramref name="rows"/> on that lies as far into it as the group into this one: eight rows at once are
    /// more streams than the processor foresees by itself.
    /// </summary>
    /// <param name="bytes">Of a group in a tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchNext(int group, int rows, int bytes)
    {
        if (Sse.IsSupported)
        {
            var next = _weight.Row(_first + rows) + (long)group * bytes;
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

    /// <summary>Unpacks a group of two tiles, the right one <see cref="GroupBytes"/> behind the left one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack<TGroup>(in WeightTile left, in WeightTile right, int group, byte* steps, byte* buffer)
        where TGroup : struct, IGroupSize
    {
        if (left._weight.Bits != 4)
        {
            left.Unpack(group, steps, buffer);
            right.Unpack(group, steps + GroupBytes, buffer);
            return;
        }
        var half = TGroup.Elements / 2;
        var l = left._weight.Row(left._first) + (long)group * half;
        var r = right._weight.Row(right._first) + (long)group * half;
        for (var i = 0; i < half; i += 16, steps += NibbleSteps)
        {
            LoadWords(l + i, left._weight.RowBytes, left._last, out var v0, out var v1, out var v2, out var v3);
            StoreNibbles(v0, v1, v2, v3, steps);
            LoadWords(r + i, right._weight.RowBytes, right._last, out v0, out v1, out v2, out v3);
            StoreNibbles(v0, v1, v2, v3, steps + GroupBytes);
        }
    }

    /// <summary>
    /// The products of a group of nibbles of two tiles with one row of quanta, summed in each lane: what unpacking and adding up step by step
    /// gives, without the way through memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void DotNibbles<TSimd, TFloats, TGroup>(
        in WeightTile left, in WeightTile right, int group, sbyte* quanta, out Vector256<int> leftSum, out Vector256<int> rightSum)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
        where TGroup : struct, IGroupSize
    {
        var half = TGroup.Elements / 2;
        var l = left._weight.Row(left._first) + (long)group * half;
        var r = right._weight.Row(right._first) + (long)group * half;
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        for (var i = 0; i < half; i += 16, quanta += 32)
        {
            LoadWords(l + i, left._weight.RowBytes, left._last, out var l0, out var l1, out var l2, out var l3);
            LoadWords(r + i, right._weight.RowBytes, right._last, out var r0, out var r1, out var r2, out var r3);
            DotWords<TSimd, TFloats>(l0, r0, quanta, ref a, ref b, ref c, ref d);
            DotWords<TSimd, TFloats>(l1, r1, quanta + 8, ref a, ref b, ref c, ref d);
            DotWords<TSimd, TFloats>(l2, r2, quanta + 16, ref a, ref b, ref c, ref d);
            DotWords<TSimd, TFloats>(l3, r3, quanta + 24, ref a, ref b, ref c, ref d);
        }
        (leftSum, rightSum) = (a + b, c + d);
    }

    /// <summary>Eight elements of each row: four are the lower nibbles, four the upper ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DotWords<TSimd, TFloats>(
        Vector256<uint> left, Vector256<uint> right, sbyte* quanta,
        ref Vector256<int> leftLow, ref Vector256<int> leftHigh, ref Vector256<int> rightLow, ref Vector256<int> rightHigh)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var (low, high) = (Four(quanta), Four(quanta + 4));
        leftLow = TSimd.Dot(leftLow, Nibbles.Low(left.AsByte()), low);
        rightLow = TSimd.Dot(rightLow, Nibbles.Low(right.AsByte()), low);
        leftHigh = TSimd.Dot(leftHigh, Nibbles.High(left.AsByte()), high);
        rightHigh = TSimd.Dot(rightHigh, Nibbles.High(right.AsByte()), high);
    }

    /// <summary>Four quanta, the same in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Four(sbyte* quanta) => Vector256.Create(*(int*)quanta).AsSByte();

    [MethodImpl(Hot.Loop)]
    private void UnpackNibbles(byte* packed, byte* steps)
    {
        for (var i = 0; i < _weight.GroupSize / 2; i += 16, steps += NibbleSteps)
        {
            LoadWords(packed + i, _weight.RowBytes, _last, out var v0, out var v1, out var v2, out var v3);
            StoreNibbles(v0, v1, v2, v3, steps);
        }
    }

    [MethodImpl(Hot.Loop)]
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
    private static void StoreNibbles(Vector256<uint> v0, Vector256<uint> v1, Vector256<uint> v2, Vector256<uint> v3, byte* steps)
    {
        StoreNibbles(v0, steps);
        StoreNibbles(v1, steps + 64);
        StoreNibbles(v2, steps + 128);
        StoreNibbles(v3, steps + 192);
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

    /// <summary>
    /// The eight rows as floats, turned: element k of all rows at <c>target + k · stride</c>. <paramref name="buffer"/> has room for
    /// <see cref="TurnBuffer"/> bytes.
    /// </summary>
    [MethodImpl(Hot.Loop)]
    public void Turn(float* target, int stride, byte* buffer)
    {
        if (_weight.Bits == 0)
        {
            TurnFloats(_weight.Packed, _weight.K, target, stride);
            return;
        }
        var scales = (float*)(buffer + 2 * GroupBytes);
        var biases = scales + (long)_weight.Groups * Columns;
        TurnParameters(scales, biases, Columns);
        for (var group = 0; group < _weight.Groups; group++, target += (long)_weight.GroupSize * stride)
        {
            Unpack(group, buffer, buffer + GroupBytes);
            var (scale, bias) = (Vector256.Load(scales + group * Columns), Vector256.Load(biases + group * Columns));
            for (var step = 0; step < _weight.GroupSize / 4; step++)
            {
                var words = Vector256.Load(buffer + step * 4 * Columns).AsUInt32();
                if (_weight.Bits == 4)
                {
                    // Four even elements of eight, then the four odd ones.
                    TurnStep(words, scale, bias, target + (step / 2 * 8 + step % 2) * (long)stride, 2 * stride);
                }
                else
                {
                    TurnStep(words, scale, bias, target + step * 4L * stride, stride);
                }
            }
        }
    }

    /// <summary>Four elements of each row, <paramref name="stride"/> floats apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnStep(Vector256<uint> words, Vector256<float> scale, Vector256<float> bias, float* target, int stride)
    {
        for (var i = 0; i < 4; i++, words >>>= 8, target += stride)
        {
            var quanta = Vector256.ConvertToSingle((words & Vector256.Create(0xFFu)).AsInt32());
            Vector256.Store(Vector256.FusedMultiplyAdd(quanta, scale, bias), target);
        }
    }

    /// <summary>Plain numbers of the eight rows, of <paramref name="count"/> a row, turned.</summary>
    private void TurnFloats(byte* numbers, int count, float* target, int stride)
    {
        switch (_weight.Parameters)
        {
            case DType.BFloat16:
                TurnNumbers<BFloat16Words>(numbers, count, target, stride);
                break;
            case DType.Float16:
                TurnNumbers<Float16Words>(numbers, count, target, stride);
                break;
            default:
                TurnNumbers<Float32Words>(numbers, count, target, stride);
                break;
        }
    }

    [MethodImpl(Hot.Loop)]
    private void TurnNumbers<TWords>(byte* numbers, int count, float* target, int stride)
        where TWords : struct, INumberWords
    {
        var size = sizeof(uint) / TWords.InWord;
        var rowBytes = (long)count * size;
        var source = numbers + _first * rowBytes;
        var (atOnce, step) = (4 * TWords.InWord, (long)TWords.InWord * stride);
        var i = 0;
        for (; i <= count - atOnce; i += atOnce, target += 4 * step)
        {
            LoadWords(source + (long)i * size, rowBytes, _last, out var v0, out var v1, out var v2, out var v3);
            TWords.Store(v0, target, stride);
            TWords.Store(v1, target + step, stride);
            TWords.Store(v2, target + 2 * step, stride);
            TWords.Store(v3, target + 3 * step, stride);
        }
        for (; i < count; i++, target += stride)
        {
            for (var row = 0; row < Columns; row++)
            {
                target[row] = Widen.ToFloat(source + Math.Min(row, _last) * rowBytes, _weight.Parameters, i);
            }
        }
    }
}
