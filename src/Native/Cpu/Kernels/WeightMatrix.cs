using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>A weight <c>[N, K]</c> as kernels see it: where its parts lie, checked to fit each other.</summary>
internal unsafe struct WeightMatrix
{
    public int N;
    public int K;

    /// <summary>Bits of an element; 0 for plain numbers.</summary>
    public int Bits;

    public int GroupSize;

    /// <summary>Type of scales and biases, or of plain numbers.</summary>
    public DType Parameters;

    public long RowBytes;
    public byte* Packed;
    public byte* Scales;
    public byte* Biases;

    /// <summary>Groups a row.</summary>
    public readonly int Groups => K / GroupSize;

    public readonly byte* Row(int n) => Packed + n * RowBytes;

    public readonly float Scale(int n, int group) => Widen.ToFloat(Scales, Parameters, (long)n * Groups + group);

    public readonly float Bias(int n, int group) => Widen.ToFloat(Biases, Parameters, (long)n * Groups + group);

    /// <summary>The packed integer at <paramref name="k"/>: rows are streams of bits, little end first.</summary>
    public readonly int Quantum(int n, int k)
    {
        var bit = (long)k * Bits;
        var source = Row(n) + (bit >> 3);
        var shift = (int)(bit & 7);
        // An element may straddle a byte; the last of a row never does beyond it.
        var value = shift + Bits > 8 ? source[0] | (source[1] << 8) : source[0];
        return (value >> shift) & ((1 << Bits) - 1);
    }

    /// <summary>A row as floats: the reference.</summary>
    public readonly void Dequantize(int n, float* target)
    {
        if (Bits == 0)
        {
            for (var k = 0; k < K; k++)
            {
                target[k] = Widen.ToFloat(Row(n), Parameters, k);
            }
            return;
        }
        for (var group = 0; group < Groups; group++)
        {
            var (scale, bias) = (Scale(n, group), Bias(n, group));
            for (var k = group * GroupSize; k < (group + 1) * GroupSize; k++)
            {
                target[k] = scale * Quantum(n, k) + bias;
            }
        }
    }
}
