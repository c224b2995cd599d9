using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

public sealed class ElementwiseTests
{
    private const double Tolerance = 2e-6;

    private static readonly (int Rows, int Width)[] Sizes = [(1, 1), (3, 7), (17, 72), (5, 129), (2, 40000), (33, 1152)];

    public static TheoryData<string> Backends => Conformance.Backends.All;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void RmsNorm_AnyWidth_EqualsReference(string name) => Compare(name, (backend, samples, shape) =>
        backend.RmsNorm(Rows(backend, samples, shape), Vector(backend, samples, shape.Last, DType.BFloat16), 1e-6f, 1));

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void LayerNorm_AnyWidth_EqualsReference(string name) => Compare(name, (backend, samples, shape) => backend.LayerNorm(
        Rows(backend, samples, shape), Vector(backend, samples, shape.Last, DType.Float16),
        Vector(backend, samples, shape.Last, DType.Float32), 1e-6f));

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Add_InnerAxes_AreRepeated(string name) => Compare(name, (backend, samples, shape) => backend.Add(
        Rows(backend, samples, shape), Vector(backend, samples, shape.Last, DType.BFloat16)));

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Multiply_SameShape_EqualsReference(string name) => Compare(name, (backend, samples, shape) => backend.Multiply(
        Rows(backend, samples, shape), Rows(backend, samples, shape)));

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Scale_AnyWidth_EqualsReference(string name) => Compare(name, (backend, samples, shape) =>
        backend.Scale(Rows(backend, samples, shape), 0.37f));

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void GatedActivation_AnyWidth_EqualsReference(string name) => Compare(name, (backend, samples, shape) => backend.GatedActivation(
        Rows(backend, samples, shape), Rows(backend, samples, shape), Activation.GeluTanh));

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Activate_FromFarBelowToFarAboveZero_IsRelativelyClose(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        float[] x = [.. Enumerable.Range(-4000, 8001).Select(i => i / 40f), 0, -0f, 1e-20f, -1e-20f, 300, -300];
        foreach (var activation in Enum.GetValues<Activation>())
        {
            var tail = activation is Activation.Gelu ? Conformance.Backends.Named(name).Precision.Tail : 0;
            var expected = reference.View(reference.Activate(reference.FromFloats(x, new Shape(x.Length)), activation)).ToArray();
            using var scope = backend.BeginScope();
            var actual = backend.View(backend.Activate(backend.FromFloats(x, new Shape(x.Length)), activation));
            for (var i = 0; i < x.Length; i++)
            {
                // In the tails e^x carries the rounding of x itself.
                var bound = 1e-6 * (2 + x[i] * x[i] / 4) * Math.Abs(expected[i]) + tail * Math.Abs(x[i]) + 1e-30;
                Assert.True(
                    Math.Abs(expected[i] - actual[i]) <= bound, $"{activation}({x[i]:R}) is {actual[i]:R}, expected {expected[i]:R}");
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Activate_EachRow_IsTheSameAloneAndAmongOthers(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var samples = new Samples(5);
        using var scope = backend.BeginScope();
        const int Width = 37;
        var x = backend.FromFloats(samples.Floats(9 * Width, 3), new Shape(9, Width));
        var together = backend.View(backend.Activate(x, Activation.Silu));
        for (var row = 0; row < 9; row++)
        {
            var alone = backend.View(backend.Activate(backend.Slice(x, row, 1), Activation.Silu));
            Close.Alike(name, together.Slice(row * Width, Width), alone, $"row {row}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void AveragePool_Squares_EqualReference(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        foreach (var (side, channels, kernel) in new[] { (4, 5, 2), (12, 33, 4), (3, 1, 1), (6, 16, 3) })
        {
            var x = new Samples(side).Floats(side * side * channels);
            var shape = new Shape(side, side, channels);
            var expected = reference.View(reference.AveragePool(reference.FromFloats(x, shape), kernel)).ToArray();
            var result = backend.AveragePool(backend.FromFloats(x, shape), kernel);
            Assert.Equal(new Shape(side / kernel, side / kernel, channels), result.Shape);
            Close.To(name, expected, backend.View(result).ToArray(), Tolerance, $"{side} × {side} × {channels} by {kernel}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Rope_PlainAndMultimodal_EqualsReference(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        foreach (var (heads, headDim) in new[] { (1, 2), (3, 6), (4, 64), (2, 72), (8, 256) })
        {
            int[] axes = [.. Enumerable.Range(0, headDim / 2).Select(i => i % 3)];
            foreach (var spec in new[] { RopeSpec.Plain(headDim, 10000, 8), RopeSpec.Plain(headDim, 1e6) with { AxisOfFrequency = axes } })
            {
                var count = spec.AxisOfFrequency.IsEmpty ? 1 : 3;
                int[] positions = [.. Enumerable.Range(0, 5 * count).Select(i => i * 377)];
                var x = new Samples(headDim).Floats(5 * heads * headDim);
                Close.To(name, Rotated(reference), Rotated(backend), Tolerance, $"{heads} heads of {headDim}");

                float[] Rotated(IBackend by) => by.View(by.Rope(
                    by.FromFloats(x, new Shape(5, heads, headDim)), by.RopeTable(positions, count, spec))).ToArray();
            }
        }
    }

    private static Tensor Rows(IBackend backend, Samples samples, Shape shape) =>
        backend.FromFloats(samples.Floats(shape.Count), shape);

    private static Tensor Vector(IBackend backend, Samples samples, int length, DType dtype) =>
        backend.Import(samples.Tensor(samples.Floats(length), dtype, new Shape(length)));

    private static void Compare(string name, Func<IBackend, Samples, Shape, Tensor> operation)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        foreach (var (rows, width) in Sizes)
        {
            var shape = new Shape(rows, width);
            Close.To(name, Run(reference), Run(backend), Tolerance, shape.ToString());

            float[] Run(IBackend by)
            {
                using var samples = new Samples(rows);
                using var scope = by.BeginScope();
                return by.View(operation(by, samples, shape)).ToArray();
            }
        }
    }
}
