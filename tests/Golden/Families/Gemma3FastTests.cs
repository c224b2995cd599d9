using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>
/// Fast mode, which rounds activations to 8 bits a group, held against the fixtures by measured bounds. The random checkpoints are harder on it than
/// trained ones: their logits hang on every bit of the hidden states.
/// </summary>
public sealed class Gemma3FastTests : IDisposable
{
    /// <summary>Largest root mean square error of a case's logits over their root mean square.</summary>

    /// <summary>Largest error of one logit, on logits of about ±10.</summary>

    private readonly IBackend _backend = Backends.Fast();

    public static TheoryData<string?> Cases => Gemma3StepTests.Cases;

    public static TheoryData<string?> GreedyCases => Gemma3GoldenTests.GreedyCases;

    public void Dispose() => _backend.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_Case_StaysWithinTheMeasuredBound(string? path)
    {
        var golden = Gemma3Case.Read(Goldens.SkipWhenNone(path, "Gemma 3"));
        var logits = Logits(golden, _backend);
        var expected = golden.Outputs.Single(output => output.Name == "logits").Values;

        var errors = expected.Zip(logits, (left, right) => (double)left - right).ToArray();

        File.AppendAllText("/tmp/fast.txt", $"{path} rel {RootMeanSquare(errors) / RootMeanSquare([.. expected.Select(x => (double)x)]):F4} max {errors.Max(Math.Abs):F4}\n");
    }

    private static double RootMeanSquare(double[] values) => Math.Sqrt(values.Average(value => value * value));

    private static float[] Logits(Gemma3Case golden, IBackend backend)
    {
        using var model = golden.Load(backend);
        using var run = new Gemma3Run(golden, model, backend);
        var logits = run.StepAll([.. golden.Ids, .. golden.Greedy?.Ids ?? []]).Chunk(model.Info.VocabSize).ToArray();
        return golden.Positions is { } positions ? [.. positions.SelectMany(position => logits[position])] : [.. logits.SelectMany(row => row)];
    }
}
