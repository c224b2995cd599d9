using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

public sealed class PlanesTests
{
    private const double Tolerance = 2e-6;

    private static readonly (int Planes, int Rows, int Width)[] Sizes =
        [(1, 1, 1), (4, 3, 7), (2, 17, 72), (4, 1, 2048), (3, 33, 1152), (4, 2, 20000)];

    public static TheoryData<string> Backends => Conformance.Backends.All;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void MixPlanes_AnyNumberOfSums_EqualsReference(string name)
    {
        foreach (var mixed in new[] { 1, 4, 5 })
        {
            Compare(name, (backend, samples, shape) => backend.MixPlanes(
                Random(backend, samples, shape), Random(backend, samples, new Shape(shape[1], mixed * shape[0]))));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void AddToPlanes_EachPlaneByItsFactor_EqualsReference(string name) => Compare(name, (backend, samples, shape) =>
        backend.AddToPlanes(
            Random(backend, samples, shape),
            Random(backend, samples, new Shape(shape[1], shape[2])),
            Random(backend, samples, new Shape(shape[1], shape[0]))));

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void MatchRms_RowsOfAnySize_EqualsReference(string name) => Compare(name, (backend, samples, shape) => backend.MatchRms(
        Random(backend, samples, shape), backend.Scale(Random(backend, samples, shape), 7), 1e-5f));

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void MatchRms_RowOfZeros_StaysZero(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var zeros = backend.FromFloats(new float[9], new Shape(1, 9));
        var others = backend.FromFloats([1, 2, 3, 4, 5, 6, 7, 8, 9], zeros.Shape);

        Assert.Equal(new float[9], backend.View(backend.MatchRms(zeros, others, 1e-5f)));
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Outliers_CutoffsOnEitherSideOfTheMean_EqualsReference(string name)
    {
        foreach (var deviations in new[] { -1, 0, 1.6449f })
        {
            Compare(name, (backend, samples, shape) => backend.Outliers(Random(backend, samples, shape), deviations));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Columns_AnyStretch_IsCopied(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var x = backend.FromFloats([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], new Shape(2, 2, 3));

        var middle = backend.Columns(x, 1, 1);
        Assert.Equal(new Shape(2, 2, 1), middle.Shape);
        Assert.Equal([1, 4, 7, 10], backend.View(middle));
        Assert.Equal(backend.View(x), backend.View(backend.Columns(x, 0, 3)));
        Assert.Empty(backend.View(backend.Columns(x, 3, 0)).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Operations_EachRow_IsTheSameAloneAndAmongOthers(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var samples = new Samples(3);
        const int Rows = 5;
        const int Width = 37;
        var planes = Random(backend, samples, new Shape(2, Rows, Width));
        var factors = Random(backend, samples, new Shape(Rows, 2));
        var x = Random(backend, samples, new Shape(Rows, Width));

        AssertEachAlone(row => backend.MixPlanes(Of(row), backend.Slice(factors, row, 1)), backend.MixPlanes(planes, factors));
        AssertEachAlone(
            row => backend.AddToPlanes(Of(row), backend.Slice(x, row, 1), backend.Slice(factors, row, 1)),
            backend.AddToPlanes(planes, x, factors));
        AssertEachAlone(row => backend.Outliers(Of(row), 1), backend.Outliers(planes, 1));

        Tensor Of(int row) => backend.Reshape(
            backend.Gather(backend.Reshape(planes, new Shape(2 * Rows, Width)), [row, Rows + row]), new Shape(2, 1, Width));

        void AssertEachAlone(Func<int, Tensor> alone, Tensor together)
        {
            var all = backend.Reshape(together, new Shape(together.Shape[0] * Rows, Width));
            for (var row = 0; row < Rows; row++)
            {
                int[] places = [.. Enumerable.Range(0, together.Shape[0]).Select(plane => plane * Rows + row)];
                Close.Alike(name, backend.View(backend.Gather(all, places)), backend.View(alone(row)), $"row {row}");
            }
        }
    }

    private static Tensor Random(IBackend backend, Samples samples, Shape shape) => backend.FromFloats(samples.Floats(shape.Count), shape);

    private static void Compare(string name, Func<IBackend, Samples, Shape, Tensor> operation)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        foreach (var (planes, rows, width) in Sizes)
        {
            var shape = new Shape(planes, rows, width);
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
