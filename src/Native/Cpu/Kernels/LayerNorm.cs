using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary><c>(x − mean) · rsqrt(var + eps) · weight + bias</c>. Items are rows.</summary>
internal readonly unsafe struct LayerNorm(float* x, float* weight, float* bias, float* y, int width, float eps) : IKernel
{
    public void Scalar(int first, int end, int worker)
    {
        for (var row = first; row < end; row++)
        {
            var source = x + (long)row * width;
            var target = y + (long)row * width;
            var sum = 0.0;
            for (var i = 0; i < width; i++)
            {
                sum += source[i];
            }
            var mean = sum / width;
            var squares = 0.0;
            for (var i = 0; i < width; i++)
            {
                squares += (source[i] - mean) * (source[i] - mean);
            }
            var factor = 1 / Math.Sqrt(squares / width + eps);
            for (var i = 0; i < width; i++)
            {
                target[i] = (float)((source[i] - mean) * factor * weight[i] + bias[i]);
            }
        }
    }

    public void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => Scalar(first, end, worker);
}
