using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Operations over the steps of a clip.</summary>
public sealed unsafe partial class CpuBackend
{
    public Tensor CumulativeNorm(Tensor x, Tensor weight, float eps)
    {
        Operands.OfCumulativeNorm(x, weight);
        var steps = x.Shape[0];
        var width = checked((int)Operands.RowLength(x.Shape));
        var result = NewFloats(x.Shape);
        using var scope = BeginScope();
        var means = Scratch<double>(steps);
        var variances = Scratch<double>(steps);
        Run(new StepSums(Floats(x), null, means, width), steps, RowsPerBlock(width));
        AverageUpToEach(means, steps, width);
        Run(new StepSums(Floats(x), means, variances, width), steps, RowsPerBlock(width));
        AverageUpToEach(variances, steps, width);
        Run(
            new CumulativeNorm(Floats(x), AnyFloats(weight), means, variances, Floats(result), width, x.Shape.Last, eps),
            steps, RowsPerBlock(width));
        return result;
    }

    public Tensor LocalAttention(Tensor q, Tensor k, Tensor v, Tensor positions, int before, int keys, float softcap)
    {
        Operands.OfLocalAttention(q, k, v, positions, before, keys, softcap);
        var (rows, heads, span) = (q.Shape[0], q.Shape[1], positions.Shape[0]);
        var result = NewFloats(q.Shape);
        using var scope = BeginScope();
        var kernel = new LocalAttention(
            Floats(q), Floats(k), Floats(v), Floats(positions), Floats(result), heads, q.Shape[2], before, span, keys, softcap,
            Scratch<float>((long)_pool.Count * span));
        Run(kernel, checked(rows * heads), block: heads);
        return result;
    }

    /// <summary>Turns the sum of each step into the mean of all numbers up to it.</summary>
    private static void AverageUpToEach(double* sums, int steps, int width)
    {
        var sum = 0.0;
        for (var step = 0; step < steps; step++)
        {
            sum += sums[step];
            sums[step] = sum / ((step + 1.0) * width);
        }
    }
}
