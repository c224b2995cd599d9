using System.Collections.Immutable;
using MlxActors.Models.Gemma3;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>The forward pass in exact mode, against every state that the reference recorded.</summary>
public sealed class Gemma3GoldenTests : IDisposable
{
    private readonly IBackend _backend = Backends.Exact();

    public static TheoryData<string?> Cases => Gemma3Case.All;

    public static TheoryData<string?> GreedyCases =>
        Goldens.Rows(Gemma3Case.Paths.Where(path => Gemma3Case.Read(path).Greedy is not null));

    public void Dispose() => _backend.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_Case_MatchesEveryRecordedState(string? path)
    {
        var golden = Gemma3Case.Read(Goldens.SkipWhenNone(path, "Gemma 3"));
        using var model = golden.Load(_backend);

        var states = golden.Ids.IsEmpty ? VisionStates(golden, model) : TextStates(golden, model);

        foreach (var output in golden.Outputs)
        {
            Assert.True(states.TryGetValue(output.Name, out var actual), $"the model shows no state '{output.Name}'");
            Closeness.AssertClose(output.Name, output.Values, actual, output.Atol, output.Rtol);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(GreedyCases))]
    public void Decode_GreedyCase_GivesTheSameIds(string? path)
    {
        var golden = Gemma3Case.Read(Goldens.SkipWhenNone(path, "greedy Gemma 3"));
        using var model = golden.Load(_backend);
        using var run = new Gemma3Run(golden, model, _backend);

        var (ids, logits) = run.Greedy([.. golden.Ids], golden.Greedy!.Ids.Length);

        Assert.Equal([.. golden.Greedy.Ids], ids.ToArray());
        var recorded = Assert.Single(golden.Outputs);
        Closeness.AssertClose("logits behind the prompt", recorded.Values.AsSpan(0, recorded.Shape[1]), logits[0], recorded.Atol, recorded.Rtol);
        Closeness.AssertClose("logits behind the answer", recorded.Values.AsSpan(recorded.Shape[1]), run.Step([ids[^1]]), recorded.Atol, recorded.Rtol);
    }

    private Dictionary<string, float[]> VisionStates(Gemma3Case golden, Gemma3Model model)
    {
        var states = new Dictionary<string, float[]>();
        var features = new List<float>();
        foreach (var image in golden.Images)
        {
            // The fixtures hold the inner states of the first image.
            using var encoded = model.EncodeImage(image, (state, value) => states.TryAdd(state, _backend.View(value).ToArray()));
            features.AddRange(_backend.View(encoded.Value));
        }
        states["image_features"] = [.. features];
        return states;
    }

    private Dictionary<string, float[]> TextStates(Gemma3Case golden, Gemma3Model model)
    {
        var states = new Dictionary<string, float[]>();
        using var run = new Gemma3Run(golden, model, _backend);
        ImmutableArray<int> tokens = [.. golden.Ids, .. golden.Greedy?.Ids ?? []];
        var logits = run.StepAll(tokens.AsSpan(), (state, value) => states[state] = _backend.View(value).ToArray());
        var vocabulary = model.Info.VocabSize;
        states["logits"] = golden.Positions is { } positions
            ? [.. positions.SelectMany(position => logits[(position * vocabulary)..((position + 1) * vocabulary)])]
            : logits;
        return states;
    }
}
