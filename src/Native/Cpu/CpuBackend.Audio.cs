using MlxActors.Native.Cpu.Kernels;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Cpu;

/// <summary>Operations over the steps of a clip.</summary>
public sealed unsafe partial class CpuBackend
{
    public Tensor CumulativeNorm(Tensor x, Tensor weight, float eps)
    {
        Operands.RequireFloat32(nameof(CumulativeNorm), nameof(x), x);
        Operands.RequireRank(nameof(CumulativeNorm), nameof(x), x, atLeast: 2);
        Operands.RequireVector(nameof(CumulativeNorm), nameof(weight), weight, x.Shape.Last);
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
        Operands.RequireFloat32(nameof(LocalAttention), nameof(q), q);
        Operands.RequireRank(nameof(LocalAttention), nameof(positions), positions, atLeast: 1);
        if (q.Shape.Rank != 3)
        {
            throw new TensorException(nameof(LocalAttention), "q of shape (R, H, D)", q.ToString());
        }
        Operands.RequireShape(nameof(LocalAttention), nameof(k), k, q.Shape);
        Operands.RequireShape(nameof(LocalAttention), nameof(v), v, q.Shape);
        Operands.RequireShape(nameof(LocalAttention), nameof(positions), positions, Operands.WithFirst(q.Shape, positions.Shape[0]));
        if (before < 0 || before >= positions.Shape[0])
        {
            throw new TensorException(nameof(LocalAttention), $"a look back below {positions.Shape[0]}", $"{before}");
        }
        if (keys < 0 || keys > q.Shape[0] || !(softcap > 0))
        {
            throw new TensorException(
                nameof(LocalAttention), $"at most {q.Shape[0]} keys and a softcap above 0", $"{keys} keys and {softcap}");
        }
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
