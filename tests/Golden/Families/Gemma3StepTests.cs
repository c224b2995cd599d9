using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Models.Gemma3;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>However a prompt is cut into steps, and whoever shares them, each sequence gets the logits that it gets alone.</summary>
public sealed class Gemma3StepTests : IDisposable
{
    private const int Chunkings = 4;
    private const int MaxChunk = 40;
    private const int DecodedTokens = 24;

    private readonly IBackend _backend = Backends.Exact();

    public static TheoryData<string?> Cases => Goldens.Rows(Gemma3Case.Paths.Where(path => !Gemma3Case.Read(path).Ids.IsEmpty));

    public static TheoryData<string?> Checkpoints => Gemma3Case.Checkpoints;

    public void Dispose() => _backend.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Prefill_InChunks_GivesTheLogitsOfOnePrefill(string? path)
    {
        var golden = Gemma3Case.Read(Goldens.SkipWhenNone(path, "Gemma 3"));
        using var model = golden.Load(_backend);
        using var whole = new Gemma3Run(golden, model, _backend);
        var expected = whole.StepAll(golden.Ids.AsSpan());
        for (var seed = 0; seed < Chunkings; seed++)
        {
            using var parts = new Gemma3Run(golden, model, _backend);

            var actual = Chunks(golden, new Random(seed)).SelectMany(chunk => parts.StepAll(golden.Ids.AsSpan()[chunk])).ToArray();

            Assert.Equal(expected, actual);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Decode_SequencesInOneBatch_GiveTheLogitsOfEachAlone(string? checkpoint)
    {
        var cases = Gemma3Case.Of(Goldens.SkipWhenNone(checkpoint, "Gemma 3 checkpoint"))
            .Where(golden => !golden.Ids.IsEmpty && golden.ConfigOverrides.IsEmpty)
            .ToArray();
        using var model = cases[0].Load(_backend);
        var alone = cases.Select(golden => Alone(golden, model)).ToArray();
        var runs = cases.Select(golden => new Gemma3Run(golden, model, _backend)).ToArray();
        var last = Together(model, runs, [.. cases.Select(golden => golden.Ids)]);

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

    private (ImmutableArray<int> Ids, ImmutableArray<float[]> Logits) Alone(Gemma3Case golden, Gemma3Model model)
    {
        using var run = new Gemma3Run(golden, model, _backend);
        return run.Greedy(golden.Ids.AsSpan(), DecodedTokens);
    }

    /// <summary>One step of all sequences; the last logits of each.</summary>
    private float[][] Together(Gemma3Model model, Gemma3Run[] runs, ImmutableArray<int>[] tokens)
    {
        using var scope = _backend.BeginScope();
        var batch = new Batch(model.Info.ImagesAttendBothWays);
        foreach (var (run, next) in runs.Zip(tokens))
        {
            batch.Add(run.Cache, next.AsSpan(), run.Media, LogitRows.Last);
        }
        return [.. _backend.View(model.Forward(batch)!.Value).ToArray().Chunk(model.Info.VocabSize)];
    }

    /// <summary>A random cut of the prompt that parts no image.</summary>
    private static IEnumerable<Range> Chunks(Gemma3Case golden, Random random)
    {
        for (var (start, end) = (0, 0); start < golden.Ids.Length; start = end)
        {
            end = Math.Min(start + random.Next(1, MaxChunk), golden.Ids.Length);
            foreach (var (position, length) in golden.ImageRuns())
            {
                end = end > position && end < position + length ? position + length : end;
            }
            yield return start..end;
        }
    }
}
