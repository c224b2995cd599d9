using MlxActors.Native.Cpu;
using MlxActors.Native.Metering;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Metering;

/// <summary>What the meter makes of operations, by hand-counted bytes and products.</summary>
public sealed class MeteredBackendTests : IDisposable
{
    private const int Float = sizeof(float);

    private readonly MeteredBackend _backend = new(new CpuBackend(new CpuOptions(CpuMode.Exact, 1)));

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void Linear_CountsTheWeightOnce_AndTwoOperationsAProduct()
    {
        using var scope = _backend.BeginScope();
        var (x, w) = (Zeros(2, 4), new Weight.Plain(Zeros(3, 4)));

        var operation = Metered(() => _backend.Linear(x, w));

        Assert.Equal(("Linear", "3 × 4", 1), (operation.Name, operation.Shape, operation.Calls));
        Assert.Equal(new OperationCost(12 * Float, (8 + 6) * Float, 2 * 2 * 12), operation.Cost);
        Assert.True(operation.Time > TimeSpan.Zero);
    }

    [Theory]
    [InlineData(null, 4 + 5)]
    [InlineData(3, 3 + 3)]
    public void Attention_CountsTheKeysThatAreSeen(int? window, int pairs)
    {
        using var scope = _backend.BeginScope();
        using var cache = _backend.NewKvCache(new KvCacheSpec(1, 4, window));
        var before = new StepLayout();
        before.Add(rows: 3, offset: 0);
        _backend.Attention(Zeros(3, 2, 4), Zeros(3, 1, 4), Zeros(3, 1, 4), [cache], before, 1, window);
        var layout = new StepLayout();
        layout.Add(rows: 2, offset: 3);

        var operation = Metered(() => _backend.Attention(Zeros(2, 2, 4), Zeros(2, 1, 4), Zeros(2, 1, 4), [cache], layout, 1, window));

        // Both rows look at keys up to the fifth: from the first on, or from the second where a window hides it.
        var keys = window is null ? 5 : 4;
        Assert.Equal(keys * 2 * 4 * Float, operation.Cost.Streamed);
        Assert.Equal(4 * pairs * 2 * 4, operation.Cost.Operations);
    }

    [Theory]
    [InlineData(KvCacheType.Float32, 2 * 64 * 4)]
    [InlineData(KvCacheType.BFloat16, 2 * 64 * 2)]
    [InlineData(KvCacheType.Int8, 2 * (64 + 2 * 2))]
    public void Attention_CountsTheBytesThatItsCacheHolds(KvCacheType type, int bytesOfAToken)
    {
        using var backend = new MeteredBackend(new CpuBackend(new CpuOptions(CpuMode.Fast, 1, KvCache: type)));
        using var scope = backend.BeginScope();
        using var cache = backend.NewKvCache(new KvCacheSpec(1, 64, null));
        var layout = new StepLayout();
        layout.Add(rows: 3, offset: 0);
        var rows = backend.FromFloats(new float[3 * 64], new Shape(3, 1, 64));
        backend.Meter = new OperationMeter();

        backend.Attention(rows, rows, rows, [cache], layout, 1, null);

        Assert.Equal(3 * bytesOfAToken, backend.Meter.Total.Streamed);
    }

    [Fact]
    public void Calls_AreAddedUp_ByNameAndShape_TheLongestTimeFirst()
    {
        using var scope = _backend.BeginScope();
        var (narrow, wide) = (Zeros(1, 8), Zeros(1, 16));
        _backend.Meter = new OperationMeter();

        _backend.Add(narrow, narrow);
        _backend.Add(narrow, narrow);
        _backend.Add(wide, wide);

        var operations = _backend.Meter.Operations;
        Assert.Equal(
            [("8", 2), ("16", 1)],
            operations.Select(operation => (operation.Shape, operation.Calls)).OrderByDescending(sum => sum.Calls));
        Assert.Equal(operations.OrderByDescending(operation => operation.Time), operations);
        Assert.Equal((2 * 3 * 8 + 3 * 16) * Float, _backend.Meter.Total.Activations);
    }

    [Fact]
    public void WithoutAMeter_TheOtherBackendAnswers()
    {
        using var scope = _backend.BeginScope();
        var x = _backend.FromFloats([1, 2], new Shape(1, 2));

        Assert.Equal([2, 4], _backend.View(_backend.Add(x, x)).ToArray());
    }

    private MeteredOperation Metered(Action run)
    {
        _backend.Meter = new OperationMeter();
        run();
        return Assert.Single(_backend.Meter.Operations);
    }

    private Tensor Zeros(params ReadOnlySpan<int> shape) =>
        _backend.FromFloats(new float[new Shape(shape).Count], new Shape(shape));
}
