using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>However a prompt is cut into steps, and whoever shares them, each sequence gets the logits that it gets alone.</summary>
public abstract class FamilyStepTests(IBackend backend) : IDisposable
{
    private const string Kind = "model";
    private const int Chunkings = 2;
    private const int MaxChunk = 40;
    private const int DecodedTokens = 24;

    public static TheoryData<string?> Cases => GoldenCase.WithText;

    public static TheoryData<string?> Checkpoints => GoldenCase.Checkpoints;

    public void Dispose()
    {
        backend.Dispose();
        GC.SuppressFinalize(this);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Prefill_InChunks_GivesTheLogitsOfOnePrefill(string? path)
    {
        var golden = GoldenCase.Read(Goldens.SkipWhenNone(path, Kind));
        using var model = golden.Load(backend);
        using var whole = new ModelRun(golden, model, backend);
        var ids = golden.Inputs.Ids;
        var expected = whole.StepAll(ids.AsSpan());
        var uncut = model.Info.ImagesAttendBothWays ? whole.Media.ToArray() : [];
        for (var seed = 0; seed < Chunkings; seed++)
        {
            using var parts = new ModelRun(golden, model, backend);

            var actual = Chunks(ids.Length, uncut, new Random(seed)).SelectMany(chunk => parts.StepAll(ids.AsSpan()[chunk])).ToArray();

            Assert.Equal(expected, actual);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Prefill_BehindACachedPrefix_GivesTheLogitsOfOnePrefill(string? path)
    {
        var golden = GoldenCase.Read(Goldens.SkipWhenNone(path, Kind));
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
                Assert.Equal(expected[(start * model.Info.VocabSize)..], actual);
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Decode_SequencesInOneBatch_GiveTheLogitsOfEachAlone(string? checkpoint)
    {
        var cases = GoldenCase.Of(Goldens.SkipWhenNone(checkpoint, Kind))
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
                Assert.Equal(alone[i].Logits[step], last[i]);
            }
            last = Together(model, runs, [.. last.Select(logits => ImmutableArray.Create(Closeness.ArgMax(logits)))]);
        }
        Array.ForEach(runs, run => run.Dispose());
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

public sealed class FamilyStepTestsInExactMode() : FamilyStepTests(Backends.Exact());

public sealed class FamilyStepTestsInFastMode() : FamilyStepTests(Backends.Fast());
