using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Activations to 8 bits. Items are rows. All instruction sets give the same bits.</summary>
internal readonly unsafe struct QuantizeRows(float* x, QuantizedRows target) : IKernel
{
    private const float Largest = 127;

    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            for (var group = 0; group < target.Groups; group++)
            {
                var source = new ReadOnlySpan<float>(x + (long)row * target.K + group * target.GroupSize, target.GroupSize);
                var largest = 0f;
                foreach (var value in source)
                {
                    largest = MathF.Max(largest, MathF.Abs(value));
                }
                var (index, inverse, sum) = (target.Index(group, row), Inverse(largest), 0);
                for (var k = 0; k < source.Length; k++)
                {
                    var quantum = (sbyte)MathF.Round(source[k] * inverse);
                    target.Quanta[index * target.GroupSize + target.Place(k)] = quantum;
                    sum += quantum;
                }
                SetParameters(index, largest, sum);
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        for (var row = first; row < end; row++)
        {
            for (var group = 0; group < target.Groups; group++)
            {
                QuantizeGroup<TSimd, TFloats>(x + (long)row * target.K + group * target.GroupSize, target.Index(group, row));
            }
        }
    }

    private static float Inverse(float largest) => largest > 0 ? Largest / largest : 0;

    private void SetParameters(long index, float largest, int sum)
    {
        var scale = largest / Largest;
        target.Scales[index] = scale;
        target.Sums[index] = scale * sum;
    }

    [MethodImpl(Hot.Loop)]
    private void QuantizeGroup<TSimd, TFloats>(float* source, long index)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var most = TSimd.Zero;
        for (var k = 0; k < target.GroupSize; k += TSimd.Lanes)
        {
            var value = TSimd.Load(source + k);
            most = TSimd.Max(most, TSimd.Max(value, TSimd.Subtract(TSimd.Zero, value)));
        }
        var largest = TSimd.Largest(most);
        var inverse = Vector256.Create(Inverse(largest));
        var sums = Vector256<int>.Zero;
        for (var k = 0; k < target.GroupSize; k += 32)
        {
            var quanta = Vector256.Narrow(
                Vector256.Narrow(Round(source + k, inverse), Round(source + k + 8, inverse)),
                Vector256.Narrow(Round(source + k + 16, inverse), Round(source + k + 24, inverse)));
            sums = TSimd.Dot(sums, Vector256<byte>.One, quanta);
            Vector256.Store(target.EvenOdd ? EvenOdd(quanta) : quanta, target.Quanta + index * target.GroupSize + k);
        }
        SetParameters(index, largest, Vector256.Sum(sums));
    }

    private static Vector256<int> Round(float* source, Vector256<float> inverse) =>
        Vector256.ConvertToInt32Native(Vector256.Round(Vector256.Load(source) * inverse));

    private static Vector256<sbyte> EvenOdd(Vector256<sbyte> quanta) => Vector256.Shuffle(quanta, Vector256.Create(
        (sbyte)0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15, 16, 18, 20, 22, 17, 19, 21, 23, 24, 26, 28, 30, 25, 27, 29, 31));
}
