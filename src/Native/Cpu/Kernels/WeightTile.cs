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

    private readonly WeightMatrix _weight;
    private readonly int _first;
    private readonly int _last;
    private readonly Vector256<int> _parameterOffsets;

    public WeightTile(in WeightMatrix weight, int first)
    {
        (_weight, _first, _last) = (weight, first, Math.Min(Columns, weight.N - first) - 1);
        _parameterOffsets = Vector256.Min(Vector256<int>.Indices, Vector256.Create(_last)) * (weight.Groups * weight.Parameters.Size());
    }

    public Vector256<float> Scales(int group) => Parameters(_weight.Scales, group);

    public Vector256<float> Biases(int group) => Parameters(_weight.Biases, group);

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
        v0 = LoadPair(rows, rows + Math.Min(4, last) * stride);
        v1 = LoadPair(rows + Math.Min(1, last) * stride, rows + Math.Min(5, last) * stride);
        v2 = LoadPair(rows + Math.Min(2, last) * stride, rows + Math.Min(6, last) * stride);
        v3 = LoadPair(rows + Math.Min(3, last) * stride, rows + Math.Min(7, last) * stride);
        Transpose.Words(ref v0, ref v1, ref v2, ref v3);
    }

    private static Vector256<uint> LoadPair(byte* low, byte* high) =>
        Vector256.Create(Vector128.Load((uint*)low), Vector128.Load((uint*)high));

    private Vector256<float> Parameters(byte* parameters, int group)
    {
        var source = parameters + ((long)_first * _weight.Groups + group) * _weight.Parameters.Size();
        if (_weight.Parameters == DType.BFloat16 && Avx2.IsSupported && _weight.Groups > 1)
        {
            // Words of two numbers are gathered; the last of a row comes with the one before it, so that nothing beyond the row is read.
            return group < _weight.Groups - 1
                ? (Avx2.GatherVector256((uint*)source, _parameterOffsets, 1) << 16).AsSingle()
                : (Avx2.GatherVector256((uint*)(source - sizeof(ushort)), _parameterOffsets, 1) & Vector256.Create(0xFFFF0000u)).AsSingle();
        }
        var floats = stackalloc float[Columns];
        for (var i = 0; i < Columns; i++)
        {
            floats[i] = Widen.ToFloat(source + _parameterOffsets[i], _weight.Parameters, 0);
        }
        return Vector256.Load(floats);
    }
}
