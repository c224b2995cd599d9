using System.Numerics.Tensors;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>
/// Fast mode, which rounds activations to 8 bits a group, held against the fixtures by bounds that were measured, and then doubled
/// for other machines. Random checkpoints are harder on it than trained ones: nothing in them averages the rounding out.
/// </summary>
public sealed class FamilyFastTests : IDisposable
{
    /// <summary>Root mean square of a case's errors over that of its logits; 0.1 was measured.</summary>
    private const double RelativeErrorBound = 0.2;

    /// <summary>
    /// A token that leads the others by more is chosen in fast mode too; the largest lead that was lost is 0.8, on logits of about ±10.
    /// </summary>
    private const double MarginBound = 1.6;

    private readonly IBackend _exact = Backends.Exact();
    private readonly IBackend _fast = Backends.Fast();

    public static TheoryData<string?> Cases => GoldenCase.WithLogits;

    public static TheoryData<string?> GreedyCases => GoldenCase.WithGreedy;

    public void Dispose()
    {
        _exact.Dispose();
        _fast.Dispose();
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_Case_StaysWithinTheMeasuredBound(string? path)
    {
        var golden = GoldenCase.Read(Goldens.SkipWhenNone(path, "model"));
        var expected = golden.Logits!.Values;
        var rows = Logits(golden, _fast);

        var positions = golden.Inputs.LogitPositions ?? [.. Enumerable.Range(0, rows.Length)];
        float[] actual = [.. positions.SelectMany(position => rows[position])];

        Assert.InRange(TensorPrimitives.Distance<float>(expected, actual) / TensorPrimitives.Norm<float>(expected), 0, RelativeErrorBound);
    }

    /// <summary>Each answer token is chosen behind the reference's own tokens, so that one close call does not hide the next.</summary>
    [SkippableTheory]
    [MemberData(nameof(GreedyCases))]
    public void Decode_GreedyCase_ChoosesTheSameIdsWhereTheyAreNotCloseCalls(string? path)
    {
        var golden = GoldenCase.Read(Goldens.SkipWhenNone(path, "model"));
        var choices = Logits(golden, _exact).Zip(Logits(golden, _fast)).Skip(golden.Inputs.Ids.Length - 1).Zip(golden.Greedy!.Value);

        foreach (var ((exact, fast), id) in choices)
        {
            var chosen = Closeness.ArgMax(fast);
            Assert.True(exact[id] - exact[chosen] <= MarginBound, $"{chosen} instead of {id}, which led by {exact[id] - exact[chosen]}");
        }
    }

    /// <summary>The logits of each position of prompt and answer, in one pass.</summary>
    private static float[][] Logits(GoldenCase golden, IBackend backend)
    {
        using var model = golden.Load(backend);
        using var run = new ModelRun(golden, model, backend);
        return [.. run.StepAll([.. golden.Inputs.Ids, .. golden.Greedy ?? []]).Chunk(model.Info.VocabSize)];
    }
}
