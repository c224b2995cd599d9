using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>The forward pass of a case on a backend, held against what the reference recorded.</summary>
public sealed class FamilyStates(IBackend backend) : IDisposable
{
    private const int Axes = 3;

    public void Dispose() => backend.Dispose();

    /// <summary>Every state of the towers and of the decoder.</summary>
    public void AssertEachRecorded(GoldenCase golden)
    {
        using var model = golden.Load(backend);

        var states = TowerStates(golden, model);
        if (!golden.Inputs.Ids.IsEmpty)
        {
            AddTextStates(states, golden, model);
        }
        golden.Family.Select(states, golden.File);

        foreach (var output in golden.Outputs)
        {
            Assert.True(states.TryGetValue(output.Name, out var actual), $"the model shows no state '{output.Name}'");
            Closeness.AssertClose(output.Name, output.Values, actual, output.Atol, output.Rtol);
        }
    }

    /// <summary>The greedy continuation, token by token, and the logits that chose each.</summary>
    public void AssertGreedy(GoldenCase golden)
    {
        using var model = golden.Load(backend);
        using var run = new ModelRun(golden, model, backend);
        var (prompt, expected) = (golden.Inputs.Ids, golden.Greedy!.Value);

        // One token more, because some fixtures record the logits behind the answer.
        var (ids, logits) = run.Greedy(prompt.AsSpan(), expected.Length + 1);

        Assert.Equal([.. expected], ids[..^1].ToArray());
        var recorded = golden.Logits!;
        foreach (var (row, position) in golden.Inputs.LogitPositions!.Value.Index().Where(entry => entry.Item >= prompt.Length - 1))
        {
            var values = recorded.Values.AsSpan(row * model.Info.VocabSize, model.Info.VocabSize);
            Closeness.AssertClose($"logits at {position}", values, logits[position - prompt.Length + 1], recorded.Atol, recorded.Rtol);
        }
    }

    private Dictionary<string, float[]> TowerStates(GoldenCase golden, ITraceableModel model)
    {
        var states = new Dictionary<string, List<float>>();
        foreach (var media in golden.Inputs.Media)
        {
            void Add(string state, Tensor value) => golden.Family.AddTowerState(states, media.Kind, state, backend.View(value));
            using var encoded = model.Encode(media.Input, Add);
            Add(ModelRun.Features, encoded.Value);
        }
        return states.ToDictionary(state => state.Key, state => state.Value.ToArray());
    }

    private void AddTextStates(Dictionary<string, float[]> states, GoldenCase golden, ITraceableModel model)
    {
        using var run = new ModelRun(golden, model, backend);
        var prompt = golden.Inputs.Ids;
        ImmutableArray<int> tokens = [.. prompt, .. golden.Greedy ?? []];
        void Add(string state, Tensor value) => states[golden.Family.TextState(state)] = backend.View(value).ToArray();
        var logits = run.StepAll(tokens.AsSpan(), Add);
        var vocabulary = model.Info.VocabSize;
        states["logits"] = golden.Inputs.LogitPositions is { } rows
            ? [.. rows.SelectMany(position => logits[(position * vocabulary)..((position + 1) * vocabulary)])]
            : logits;
        states["step_logits"] = states["logits"];
        states["position_ids"] = [.. Enumerable.Range(0, Axes).SelectMany(axis => Positions(run, 0, prompt.Length, axis))];
        states["step_positions"] = Positions(run, prompt.Length, tokens.Length, axis: 0);
        states["rope_delta"] = [Positions(run, prompt.Length, prompt.Length + 1, axis: 0)[0] - prompt.Length];
    }

    private static float[] Positions(ModelRun run, int first, int end, int axis)
    {
        var positions = new int[end - first];
        run.Cache.Positions.CopyTo(positions, first, axis);
        return [.. positions.Select(position => (float)position)];
    }
}
