using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>The logits of cases that are cut into steps, and share steps, held against those of each case alone and in one piece.</summary>
/// <param name="tolerance">As a part of the largest logit; 0 for the same bits.</param>
public sealed class FamilySteps(IBackend backend, double tolerance) : IDisposable
{
    private const int Chunkings = 2;
    private const int MaxChunk = 40;
    private const int DecodedTokens = 24;

    public void Dispose() => backend.Dispose();

    public void AssertChunksAreOnePrefill(GoldenCase golden)
    {
        using var model = golden.Load(backend);
        using var whole = new ModelRun(golden, model, backend);
        var ids = golden.Inputs.Ids;
        var expected = whole.StepAll(ids.AsSpan());
        var uncut = model.Info.ImagesAttendBothWays ? whole.Media.ToArray() : [];
        for (var seed = 0; seed < Chunkings; seed++)
        {
            using var parts = new ModelRun(golden, model, backend);

            var actual = Chunks(ids.Length, uncut, new Random(seed)).SelectMany(chunk => parts.StepAll(ids.AsSpan()[chunk])).ToArray();

            AssertAlike(expected, actual);
        }
    }

    public void AssertCachedPrefixesAreOnePrefill(GoldenCase golden)
    {
        using var model = golden.Load(backend);
        using var whole = new ModelRun(golden, model, backend);
        var ids = golden.Inputs.Ids;
        var expected = whole.StepAll(ids.AsSpan());
        var uncut = model.Info.ImagesAttendBothWays ? whole.Media.ToArray() : [];

        foreach (var chunk in Chunks(ids.Length, uncut, new Random(ids.Length)))
        {
            var start = chunk.Start.Value;
            if (whole.StepAllBehind(start, ids.AsSpan()[start..]) is { } actual)
            {
                AssertAlike(expected[(start * model.Info.VocabSize)..], actual);
            }
        }
    }

    /// <summary>All cases of a checkpoint decode in one batch.</summary>
    public void AssertBatchIsEachAlone(string checkpoint)
    {
        var cases = GoldenCase.Of(checkpoint)
            .Where(golden => !golden.Inputs.Ids.IsEmpty && golden.ConfigOverrides.IsEmpty)
            .ToArray();
        using var model = cases[0].Load(backend);
        var alone = cases.Select(golden => Alone(golden, model)).ToArray();
        var runs = cases.Select(golden => new ModelRun(golden, model, backend)).ToArray();
        var last = Together(model, runs, [.. cases.Select(golden => golden.Inputs.Ids)]);

        for (var step = 0; step < DecodedTokens; step++)
        {
            for (var i = 0; i < runs.Length; i++)
            {
                AssertAlike(alone[i].Logits[step], last[i]);
            }
            last = Together(model, runs, [.. alone.Select(run => ImmutableArray.Create(run.Ids[step]))]);
        }
        Array.ForEach(runs, run => run.Dispose());
    }

    private void AssertAlike(float[] expected, float[] actual)
    {
        if (tolerance == 0)
        {
            Assert.Equal(expected, actual);
        }
        else
        {
            var largest = System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<float>(expected);
            Closeness.AssertClose("logits", expected, actual, tolerance * Math.Abs(largest), 0);
        }
    }

    private (ImmutableArray<int> Ids, ImmutableArray<float[]> Logits) Alone(GoldenCase golden, ITraceableModel model)
    {
        using var run = new ModelRun(golden, model, backend);
        return run.Greedy(golden.Inputs.Ids.AsSpan(), DecodedTokens);
    }

    /// <summary>One step of all sequences; the last logits of each.</summary>
    private float[][] Together(ITraceableModel model, ModelRun[] runs, ImmutableArray<int>[] tokens)
    {
        using var scope = backend.BeginScope();
        var batch = new Batch(model.Info.ImagesAttendBothWays);
        foreach (var (run, next) in runs.Zip(tokens))
        {
            batch.Add(run.Cache, next.AsSpan(), run.Media, LogitRows.Last);
        }
        return [.. backend.View(model.Forward(batch)!.Value).ToArray().Chunk(model.Info.VocabSize)];
    }

    /// <summary>A random cut of a prompt that parts none of <paramref name="uncut"/>.</summary>
    private static IEnumerable<Range> Chunks(int length, MediaRun[] uncut, Random random)
    {
        for (var (start, end) = (0, 0); start < length; start = end)
        {
            end = Math.Min(start + random.Next(1, MaxChunk), length);
            foreach (var run in uncut)
            {
                end = end > run.Position && end < run.Position + run.Length ? run.Position + run.Length : end;
            }
            yield return start..end;
        }
    }
}
