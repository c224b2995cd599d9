using System.Diagnostics;

namespace MlxActors.Native.Metering;

/// <summary>The calls of one operation on operands of one shape.</summary>
/// <param name="Shape">For people: the weight's shape where there is one, else that of a row.</param>
public sealed record MeteredOperation(string Name, string Shape, int Calls, TimeSpan Time, OperationCost Cost);

/// <summary>Adds up what operations took, by name and shape.</summary>
public sealed class OperationMeter
{
    private readonly Dictionary<(string Name, string Shape), (int Calls, long Ticks, OperationCost Cost)> _sums = [];

    /// <summary>What was metered, the longest time first.</summary>
    public IReadOnlyList<MeteredOperation> Operations =>
    [
        .. _sums.OrderByDescending(sum => sum.Value.Ticks).Select(sum => new MeteredOperation(
            sum.Key.Name, sum.Key.Shape, sum.Value.Calls, Stopwatch.GetElapsedTime(0, sum.Value.Ticks), sum.Value.Cost)),
    ];

    public OperationCost Total => _sums.Values.Aggregate(default(OperationCost), (total, sum) => total + sum.Cost);

    /// <param name="ticks">Of <see cref="Stopwatch"/>.</param>
    internal void Add(string name, string shape, long ticks, OperationCost cost)
    {
        var sum = _sums.GetValueOrDefault((name, shape));
        _sums[(name, shape)] = (sum.Calls + 1, sum.Ticks + ticks, sum.Cost + cost);
    }
}
