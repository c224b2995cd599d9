using MlxActors.Backend.Conformance;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Cpu;

/// <summary>The reference of the conformance suite against the formulas of the contract, written down once more.</summary>
public sealed class ScalarReferenceTests
{
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(8)]
    public void Embed_PackedIntegers_AreScaleTimesQuantumPlusBias(int bits)
    {
        using var backend = Open();
        using var samples = new Samples(bits);
        var weight = samples.Quantized(5, 128, bits, 64, DType.Float32);
        var scales = Floats(weight.Scales!.Bytes);
        var biases = Floats(weight.Biases!.Bytes);
        var bytes = weight.Values.Bytes.ToArray();
        var expected = new float[5 * 128];
        for (var i = 0; i < expected.Length; i++)
        {
            // The bits of all elements in one stream, the least significant first.
            var quantum = 0;
            for (var bit = 0; bit < bits; bit++)
            {
                var place = i * bits + bit;
                quantum |= (bytes[place / 8] >> (place % 8) & 1) << bit;
            }
            expected[i] = scales[i / 64] * quantum + biases[i / 64];
        }
        Close.Bits(expected, backend.View(backend.Embed([0, 1, 2, 3, 4], weight.ImportInto(backend))), $"{bits} bits");
    }

    [Fact]
    public void Linear_WithBias_IsTheSumOfProducts()
    {
        using var backend = Open();
        var x = backend.FromFloats([1, 2, 3, 4, 5, 6], new Shape(2, 3));
        var w = new Weight.Plain(backend.FromFloats([1, 0, -1, 2, 2, 2], new Shape(2, 3)));
        var bias = backend.FromFloats([10, 20], new Shape(2));
        Assert.Equal([8, 32, 8, 50], backend.View(backend.Linear(x, w, bias)).ToArray());
        Assert.Equal([-2, 12, -2, 30], backend.View(backend.Linear(x, w)).ToArray());
    }

    [Fact]
    public void MatMul_InFeaturesFirst_IsTheSumOfProducts()
    {
        using var backend = Open();
        var x = backend.FromFloats([1, 2, 3, 4], new Shape(2, 2));
        var w = backend.FromFloats([1, 0, 2, 0, 1, 3], new Shape(2, 3));
        Assert.Equal([1, 2, 8, 3, 4, 18], backend.View(backend.MatMul(x, w)).ToArray());
    }

    [Fact]
    public void RmsNorm_OffsetOne_AddsOneToTheWeight()
    {
        using var backend = Open();
        var x = backend.FromFloats([3, 4], new Shape(1, 2));
        var y = backend.View(backend.RmsNorm(x, backend.FromFloats([0, 1], new Shape(2)), 0.5f, 1)).ToArray();
        var factor = 1 / Math.Sqrt(12.5 + 0.5);
        Close.To([(float)(3 * factor), (float)(8 * factor)], y, Tolerance, "norm");
    }

    [Fact]
    public void LayerNorm_CentersAndScales()
    {
        using var backend = Open();
        var x = backend.FromFloats([1, 3], new Shape(1, 2));
        var y = backend.View(backend.LayerNorm(
            x, backend.FromFloats([2, 3], new Shape(2)), backend.FromFloats([10, 20], new Shape(2)), 3)).ToArray();
        Close.To([9, 21.5f], y, Tolerance, "norm");
    }

    [Theory]
    [InlineData(Activation.GeluTanh, 1f, 0.84119199f)]
    [InlineData(Activation.GeluTanh, -2f, -0.04540231f)]
    [InlineData(Activation.Gelu, 1f, 0.84134475f)]
    [InlineData(Activation.Gelu, -2f, -0.04550026f)]
    [InlineData(Activation.Gelu, 3.5f, 3.49918580f)]
    [InlineData(Activation.Gelu, -5f, -1.4332579e-6f)]
    [InlineData(Activation.Silu, 1f, 0.73105858f)]
    [InlineData(Activation.Silu, -20f, -4.1223072e-8f)]
    public void Activate_KnownValues_AreMet(Activation activation, float x, float expected)
    {
        using var backend = Open();
        Close.To([expected], backend.View(backend.Activate(backend.FromFloats([x], new Shape(1)), activation)).ToArray(), Tolerance, $"{x}");
    }

    [Fact]
    public void Rope_QuarterTurn_MovesTheHalves()
    {
        using var backend = Open();
        var spec = new RopeSpec(new[] { MathF.PI / 2, 0f }, ReadOnlyMemory<int>.Empty);
        var x = backend.FromFloats([1, 2, 3, 4], new Shape(1, 1, 4));
        var y = backend.View(backend.Rope(x, backend.RopeTable([1], 1, spec))).ToArray();
        Close.To([-3, 2, 1, 4], y, Tolerance, "rope");
    }

    [Fact]
    public void RopeTable_SeveralAxes_TakesEachFrequencyFromItsAxis()
    {
        using var backend = Open();
        var spec = new RopeSpec(new[] { 1f, 1f, 1f }, new[] { 0, 1, 2 });
        var table = backend.View(backend.RopeTable([1, 2, 10, 20, 100, 200], 3, spec)).ToArray();
        float[] expected = [Cos(1), Cos(10), Cos(100), Sin(1), Sin(10), Sin(100), Cos(2), Cos(20), Cos(200), Sin(2), Sin(20), Sin(200)];
        Close.To(expected, table, Tolerance, "table");

        static float Cos(double angle) => (float)Math.Cos(angle);
        static float Sin(double angle) => (float)Math.Sin(angle);
    }

    [Fact]
    public void AveragePool_TwoByTwo_TakesTheMeans()
    {
        using var backend = Open();
        var x = backend.FromFloats([.. Enumerable.Range(0, 16).Select(i => (float)i)], new Shape(4, 4, 1));
        Assert.Equal([2.5f, 4.5f, 10.5f, 12.5f], backend.View(backend.AveragePool(x, 2)).ToArray());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(33)]
    public void Attention_StepByStep_IsTheSoftmaxOfVisibleKeys(int? window)
    {
        const int Tokens = 70;
        const int HeadDim = 6;
        using var backend = Open();
        using var samples = new Samples(1);
        var (q, k, v) = (samples.Floats(Tokens * 4 * HeadDim), samples.Floats(Tokens * 2 * HeadDim), samples.Floats(Tokens * 2 * HeadDim));
        using var cache = backend.NewKvCache(new KvCacheSpec(2, HeadDim, window));
        var layout = new StepLayout();
        for (var position = 0; position < Tokens; position++)
        {
            layout.Clear();
            layout.Add(1, position);
            var row = backend.View(backend.Attention(
                backend.FromFloats(q.AsSpan(position * 4 * HeadDim, 4 * HeadDim), new Shape(1, 4, HeadDim)),
                backend.FromFloats(k.AsSpan(position * 2 * HeadDim, 2 * HeadDim), new Shape(1, 2, HeadDim)),
                backend.FromFloats(v.AsSpan(position * 2 * HeadDim, 2 * HeadDim), new Shape(1, 2, HeadDim)),
                [cache], layout, 0.5f, window)).ToArray();
            float[] expected = [.. Enumerable.Range(0, 4).SelectMany(head => Attend(head, position))];
            Close.To(expected, row, Tolerance, $"position {position}");
        }

        IEnumerable<float> Attend(int head, int position)
        {
            int[] visible = [.. Enumerable.Range(0, position + 1).Where(key => window is null || key > position - window)];
            var scores = visible.Select(key => Math.Exp(0.5 * Enumerable.Range(0, HeadDim)
                .Sum(d => (double)q[(position * 4 + head) * HeadDim + d] * k[(key * 2 + head / 2) * HeadDim + d]))).ToArray();
            return Enumerable.Range(0, HeadDim).Select(d => (float)(visible
                .Select((key, i) => scores[i] * v[(key * 2 + head / 2) * HeadDim + d]).Sum() / scores.Sum()));
        }
    }

    private static CpuBackend Open() => new(new CpuOptions(CpuMode.Exact, Threads: 1, InstructionSet.Scalar));

    private static float[] Floats(ReadOnlySpan<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
}
