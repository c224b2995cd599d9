using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Each step's sum, or with <paramref name="means"/> its sum of squared distances from the step's mean. Items are steps of
/// <paramref name="width"/> numbers.
/// </summary>
internal readonly unsafe struct StepSums(float* x, double* means, double* sums, int width) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var step = first; step < end; step++)
        {
            var source = x + (long)step * width;
            var sum = 0.0;
            for (var i = 0; i < width; i++)
            {
                var distance = source[i] - (means is null ? 0 : means[step]);
                sum += means is null ? distance : distance * distance;
            }
            sums[step] = sum;
        }
    }

    [MethodImpl(Hot.Loop)]
    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct
    {
        var whole = width / TSimd.Lanes * TSimd.Lanes;
        for (var step = first; step < end; step++)
        {
            var source = x + (long)step * width;
            var mean = means is null ? 0 : (float)means[step];
            var lanes = TSimd.Zero;
            for (var i = 0; i < whole; i += TSimd.Lanes)
            {
                var distance = TSimd.Subtract(TSimd.Load(source + i), TSimd.All(mean));
                lanes = means is null ? TSimd.Add(lanes, distance) : TSimd.MultiplyAdd(distance, distance, lanes);
            }
            var sum = (double)TSimd.Sum(lanes);
            for (var i = whole; i < width; i++)
            {
                var distance = source[i] - mean;
                sum += means is null ? distance : distance * distance;
            }
            sums[step] = sum;
        }
    }
}
