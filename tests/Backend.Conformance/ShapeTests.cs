using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

public sealed class ShapeTests
{
    public static TheoryData<string> Backends => Conformance.Backends.All;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Gather_Rows_ComeInTheOrderNamed(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var x = backend.FromFloats([0, 1, 2, 3, 4, 5], new Shape(3, 2));
        Assert.Equal([4, 5, 0, 1, 4, 5], backend.View(backend.Gather(x, [2, 0, 2])).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Slice_Rows_SharesTheNumbers(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var x = backend.FromFloats([0, 1, 2, 3, 4, 5], new Shape(3, 2));
        Assert.Equal([2, 3, 4, 5], backend.View(backend.Slice(x, 1, 2)).ToArray());
        Assert.Equal(new Shape(0, 2), backend.Slice(x, 3, 0).Shape);
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void ReplaceRows_InTheMiddle_KeepsTheOthers(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var x = backend.FromFloats([0, 1, 2, 3, 4, 5], new Shape(3, 2));
        var rows = backend.FromFloats([8, 9], new Shape(1, 2));
        Assert.Equal([0, 1, 8, 9, 4, 5], backend.View(backend.ReplaceRows(x, 1, rows)).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void ReplaceRows_OfAKeptTensor_LeavesItAsItWas(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var kept = backend.Keep(backend.FromFloats([0, 1], new Shape(2, 1)));
        var replaced = backend.ReplaceRows(kept.Value, 0, backend.FromFloats([7], new Shape(1, 1)));
        Assert.Equal([7, 1], backend.View(replaced).ToArray());
        Assert.Equal([0, 1], backend.View(kept.Value).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Keep_AfterTheScopeEnded_StillHolds(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var scope = backend.BeginScope();
        using var kept = backend.Keep(backend.FromFloats([1, 2, 3], new Shape(3)));
        scope.Dispose();
        backend.FromFloats([9, 9, 9], new Shape(3));
        Assert.Equal([1, 2, 3], backend.View(kept.Value).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void BeginScope_Nested_FreesOnlyTheInner(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var outer = backend.BeginScope();
        var x = backend.FromFloats([1, 2, 3], new Shape(3));
        using (backend.BeginScope())
        {
            backend.FromFloats([4, 5, 6], new Shape(3));
        }
        var y = backend.FromFloats([7, 8, 9], new Shape(3));
        Assert.Equal([1, 2, 3], backend.View(x).ToArray());
        Assert.Equal([7, 8, 9], backend.View(y).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void KeepOnly_OneOfManyTensors_HoldsAndLeavesRoomForMore(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var outer = backend.FromFloats([1, 2], new Shape(2));
        using var scope = backend.BeginScope();
        var x = backend.FromFloats([3, 4, 5], new Shape(3));
        for (var layer = 0; layer < 3; layer++)
        {
            backend.FromFloats([8, 8, 8, 8], new Shape(4));
            x = scope.KeepOnly(backend.Scale(x, 2));
        }
        backend.FromFloats([9, 9, 9], new Shape(3));
        Assert.Equal([24, 32, 40], backend.View(x).ToArray());
        Assert.Equal([1, 2], backend.View(outer).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void KeepOnly_AKeptTensor_GivesItBack(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var kept = backend.Keep(backend.FromFloats([1, 2], new Shape(2)));
        using var scope = backend.BeginScope();
        Assert.Equal([1, 2], backend.View(scope.KeepOnly(kept.Value)).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void ToFloat32_HalfPrecision_KeepsTheValue(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var samples = new Samples(1);
        foreach (var dtype in new[] { DType.Float16, DType.BFloat16, DType.Float32 })
        {
            // Powers of two, a subnormal Float16, and more numbers than any vector holds.
            float[] values = [0, -0f, 1, -2, 0.5f, 6.1035156e-5f, 5.9604645e-8f, -1.5f, .. Enumerable.Range(0, 40).Select(i => i - 20f)];
            var tensor = backend.Import(samples.Tensor(values, dtype, new Shape(values.Length)));
            Close.Bits(values, backend.View(backend.ToFloat32(tensor)), dtype.ToString());
        }
    }
}
