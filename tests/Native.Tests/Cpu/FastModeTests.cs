using FsCheck;
using FsCheck.Xunit;
using MlxActors.Backend.Conformance;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Cpu;

public sealed class FastModeTests
{
    public static TheoryData<InstructionSet> Vectors => new(Enum.GetValues<InstructionSet>().Where(set => set != InstructionSet.Scalar));

    [SkippableTheory]
    [MemberData(nameof(Vectors))]
    public void Linear_EveryWidthOfWeights_GivesTheBitsOfTheScalarTwin(InstructionSet set)
    {
        Skip.IfNot(CpuBackend.IsAvailable(set), $"this machine has no {set}");
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Fast, Threads: 2, set));
        using var twin = new CpuBackend(new CpuOptions(CpuMode.Fast, Threads: 1, InstructionSet.Scalar));
        var seed = 0;
        foreach (var bits in new[] { 2, 3, 4, 5, 6, 8 })
        {
            foreach (var (group, groups, n, rows) in new[] { (32, 1, 1, 1), (64, 3, 33, 9), (64, 4, 8, 3), (128, 2, 17, 270), (32, 5, 12, 4) })
            {
                using var samples = new Samples(seed++);
                var parameters = new[] { DType.BFloat16, DType.Float16, DType.Float32 }[seed % 3];
                var weight = samples.Quantized(n, group * groups, bits, group, parameters);
                var x = samples.Floats((long)rows * group * groups);
                // A group of zeros, and the largest quanta of both signs beside the largest weights.
                x.AsSpan(0, group).Clear();
                x.AsSpan(x.Length - group).Fill(seed % 2 == 0 ? 3 : -3);
                Close.Bits(Run(twin, weight, x, rows), Run(backend, weight, x, rows), $"{bits} bits, {groups} groups of {group}, {n} columns");
            }
        }
    }

    [Property(MaxTest = 60)]
    public void Linear_AnyShapeModeAndThreads_RowIsTheSameAloneAndInABatch(
        PositiveInt rowCount, PositiveInt columns, byte groupCount, bool fast, bool parallel, int seed)
    {
        var (rows, n, groups) = (1 + rowCount.Get % 40, 1 + columns.Get % 50, 1 + groupCount % 4);
        var mode = fast ? CpuMode.Fast : CpuMode.Exact;
        using var samples = new Samples(seed);
        var bits = new[] { 2, 3, 4, 5, 6, 8 }[samples.Below(6)];
        var group = new[] { 32, 64, 128 }[samples.Below(3)];
        var weight = samples.Quantized(n, groups * group, bits, group, DType.BFloat16);
        var x = samples.Floats((long)rows * groups * group);
        using var backend = new CpuBackend(new CpuOptions(mode, parallel ? 2 : 1));
        using var other = new CpuBackend(new CpuOptions(mode, parallel ? 1 : 2));
        var together = Run(backend, weight, x, rows);
        Close.Bits(together, Run(other, weight, x, rows), "with another number of threads");
        for (var row = 0; row < rows; row++)
        {
            var alone = Run(backend, weight, x.AsSpan(row * groups * group, groups * group), 1);
            Close.Bits(alone, together.AsSpan(row * n, n), $"row {row}");
        }
    }

    private static float[] Run(CpuBackend backend, SampleWeight weight, ReadOnlySpan<float> x, int rows)
    {
        using var scope = backend.BeginScope();
        return backend.View(backend.Linear(backend.FromFloats(x, new Shape(rows, x.Length / rows)), weight.ImportInto(backend))).ToArray();
    }
}
