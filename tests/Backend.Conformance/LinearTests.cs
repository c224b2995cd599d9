using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

public sealed class LinearTests
{
    private const double Tolerance = 2e-6;

    private static readonly int[] RowCounts = [1, 2, 3, 7, 8, 9, 12, 17];

    private static readonly (int Group, int Groups, int N)[] QuantizedShapes =
        [(32, 1, 1), (32, 5, 7), (64, 1, 8), (64, 3, 33), (64, 4, 9), (128, 1, 5), (128, 2, 16)];

    public static TheoryData<string> Backends => Conformance.Backends.All;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Linear_QuantizedWeight_StaysWithinTheBoundOfItsMode(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        var seed = 0;
        foreach (var bits in new[] { 2, 3, 4, 5, 6, 8 })
        {
            foreach (var (group, groups, n) in QuantizedShapes)
            {
                using var samples = new Samples(seed++);
                var parameters = new[] { DType.BFloat16, DType.Float16, DType.Float32 }[seed % 3];
                var weight = samples.Quantized(n, group * groups, bits, group, parameters);
                var rows = RowCounts[seed % RowCounts.Length];
                var what = $"{rows} rows, {weight.Bits} bits, {groups} groups of {group}, {n} columns, {parameters}";
                Check(backend, reference, samples, weight, rows, Conformance.Backends.Named(name).Exact ? 0 : group, what);
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Linear_PlainWeight_EqualsReference(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        var seed = 0;
        foreach (var dtype in new[] { DType.BFloat16, DType.Float16, DType.Float32 })
        {
            foreach (var (k, n) in new[] { (1, 1), (17, 5), (48, 16), (72, 33), (588, 19) })
            {
                using var samples = new Samples(seed++);
                var rows = RowCounts[seed % RowCounts.Length];
                Check(backend, reference, samples, samples.Plain(n, k, dtype), rows, group: 0, $"{rows} × {k} × {n} {dtype}");
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Linear_EachRow_IsTheSameAloneAndAmongOthers(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var samples = new Samples(1);
        foreach (var weight in new[]
        {
            samples.Quantized(35, 192, 4, 64, DType.BFloat16), samples.Quantized(17, 128, 8, 32, DType.Float16),
            samples.Quantized(9, 256, 3, 128, DType.Float32), samples.Plain(21, 100, DType.BFloat16),
        })
        {
            using var scope = backend.BeginScope();
            var imported = weight.ImportInto(backend);
            const int Rows = 300;
            var (n, k) = (imported.Shape[0], imported.Shape[1]);
            var x = backend.FromFloats(samples.Floats((long)Rows * k), new Shape(Rows, k));
            var together = backend.View(backend.Linear(x, imported));
            for (var (first, count) = (0, 1); first + count <= Rows; first += count, count++)
            {
                var some = backend.View(backend.Linear(backend.Slice(x, first, count), imported));
                Close.Alike(name, together.Slice(first * n, count * n), some, $"rows {first} to {first + count} of {imported.Shape}");
            }
        }
    }

    /// <summary>So many rows that a backend may lay the weight out for them first.</summary>
    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Linear_VeryManyRows_AreTheSameAsFew(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var samples = new Samples(2);
        const int Rows = 610;
        const int K = 1024;
        foreach (var weight in new[] { samples.Plain(37, K, DType.BFloat16), samples.Quantized(33, K, 4, 64, DType.BFloat16) })
        {
            using var scope = backend.BeginScope();
            var imported = weight.ImportInto(backend);
            var n = imported.Shape[0];
            var x = backend.FromFloats(samples.Floats((long)Rows * K), new Shape(Rows, K));
            var bias = backend.FromFloats(samples.Floats(n), new Shape(n));
            var together = backend.View(backend.Linear(x, imported, bias));
            for (var (first, count) = (0, 1); first + count <= Rows; first += count, count += 3)
            {
                var some = backend.View(backend.Linear(backend.Slice(x, first, count), imported, bias));
                Close.Alike(name, together.Slice(first * n, count * n), some, $"rows {first} to {first + count} of {imported.Shape}");
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Embed_RowsOfATable_EqualReference(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        using var samples = new Samples(3);
        foreach (var weight in new[]
        {
            samples.Quantized(35, 192, 4, 64, DType.BFloat16), samples.Quantized(17, 128, 8, 32, DType.Float16),
            samples.Quantized(35, 96, 5, 32, DType.Float32), samples.Quantized(35, 128, 6, 128, DType.Float32),
            samples.Quantized(35, 64, 3, 64, DType.BFloat16), samples.Quantized(35, 64, 2, 64, DType.BFloat16),
            samples.Plain(21, 100, DType.BFloat16), samples.Plain(21, 100, DType.Float16),
        })
        {
            using var scope = backend.BeginScope();
            int[] ids = [3, 0, 16, 16, 7];
            var expected = reference.View(reference.Embed(ids, weight.ImportInto(reference))).ToArray();
            var actual = backend.View(backend.Embed(ids, weight.ImportInto(backend))).ToArray();
            Close.To(expected, actual, 2e-7, $"{weight.Bits} bits");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void MatMul_PlainMatrix_EqualsReference(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        using var samples = new Samples(4);
        foreach (var (rows, k, n, dtype) in new[] { (1, 1, 1, DType.Float32), (5, 33, 70, DType.BFloat16), (17, 72, 129, DType.Float32) })
        {
            using var scope = backend.BeginScope();
            var x = samples.Floats(rows * k);
            var w = samples.Tensor(samples.Floats(k * n), dtype, new Shape(k, n));
            var expected = reference.View(reference.MatMul(reference.FromFloats(x, new Shape(rows, k)), reference.Import(w))).ToArray();
            var actual = backend.View(backend.MatMul(backend.FromFloats(x, new Shape(rows, k)), backend.Import(w))).ToArray();
            Close.To(name, expected, actual, Tolerance, $"{rows} × {k} × {n}");
        }
    }

    /// <summary>
    /// Within float rounding; with groups, within what 8-bit activations may cost: half a step of the group's largest activation for
    /// each weight.
    /// </summary>
    private static void Check(
        IBackend backend, IBackend reference, Samples samples, SampleWeight weight, int rows, int group, string what)
    {
        using var scope = backend.BeginScope();
        var imported = weight.ImportInto(reference);
        var (n, k) = (imported.Shape[0], imported.Shape[1]);
        var (x, bias) = (samples.Floats((long)rows * k), samples.Floats(n));
        var expected = Run(reference, weight, x, bias, rows);
        var actual = Run(backend, weight, x, bias, rows);
        var w = reference.View(reference.Embed([.. Enumerable.Range(0, n)], imported)).ToArray();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < n; column++)
            {
                var bound = Bound(x.AsSpan(row * k, k), w.AsSpan(column * k, k), group) + Tolerance * Math.Abs(bias[column]);
                var difference = Math.Abs((double)expected[row * n + column] - actual[row * n + column]);
                Assert.True(difference <= bound, $"{what}: [{row}, {column}] is off by {difference:g3}, at most {bound:g3} is allowed");
            }
        }
    }

    private static float[] Run(IBackend backend, SampleWeight weight, float[] x, float[] bias, int rows)
    {
        var rowsOfX = backend.FromFloats(x, new Shape(rows, x.Length / rows));
        var biasOfN = backend.FromFloats(bias, new Shape(bias.Length));
        return backend.View(backend.Linear(rowsOfX, weight.ImportInto(backend), biasOfN)).ToArray();
    }

    private static double Bound(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int group)
    {
        var bound = 1e-7;
        for (var i = 0; i < x.Length; i++)
        {
            bound += Tolerance * Math.Abs(x[i] * w[i]);
        }
        for (var first = 0; group > 0 && first < x.Length; first += group)
        {
            var (largest, weights) = (0f, 0f);
            for (var i = first; i < first + group; i++)
            {
                largest = Math.Max(largest, Math.Abs(x[i]));
                weights += Math.Abs(w[i]);
            }
            bound += 1.001 * largest / 254 * weights;
        }
        return bound;
    }
}
