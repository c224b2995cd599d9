using FsCheck;
using FsCheck.Fluent;
using MlxActors.Generation.Batching;
using MlxActors.Golden.Processors;

namespace MlxActors.Golden.Batching;

/// <summary>
/// Text, images and videos in one batch, coming and going at any time, read in chunks of any size, features kept or not: each request
/// gets the tokens and the logits that it gets alone.
/// </summary>
public sealed class MixedBatchProperties
{
    private const int Mixes = 12;
    private const int MostArrivals = 6;
    private const int LastArrival = 20;

    [SkippableFact]
    public void Step_MixOnGemma3_GivesEachItsAnswerAlone() => Check("demo", []);

    [SkippableFact]
    public void Step_MixOnQwen3Vl_GivesEachItsAnswerAlone() => Check("demo-qwen",
    [
        DemoBatches.About(Qwen3VlClips.Source("clip_9f_40x33"), "What happens?"),
        DemoBatches.About(Qwen3VlClips.Source("clip_48f_50x70"), "And now?"),
    ]);

    private static void Check(string model, IEnumerable<Models.Chat.Conversation> videos)
    {
        Skip.IfNot(File.Exists(Goldens.PathOf("demo", $"{model}.jsonl")), $"no conversations of {model} under {Goldens.Root}");
        using var batches = new DemoBatches(
            model,
            new Qwen3VlClips(),
            [
                .. DemoBatches.Shortest(model, images: 0, count: 3),
                .. DemoBatches.Shortest(model, images: 1, count: 2),
                .. DemoBatches.Shortest(model, images: 2, count: 1),
                .. videos,
            ]);

        Prop.ForAll(MixesOf(batches.Count), batches.AssertEachAsAlone)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Mixes));
    }

    private static Arbitrary<Mix> MixesOf(int requests) => (
        from arrivals in ArrivalsOf(requests)
        from maxBatch in Gen.Choose(1, MostArrivals)
        from chunk in Gen.Choose(1, 40)
        from budget in Gen.Elements(0, 1 << 20)
        select new Mix([.. arrivals], new BatchLimits(maxBatch, chunk, KvBytes: null, FeatureBytes: budget))).ToArbitrary();

    private static Gen<Arrival[]> ArrivalsOf(int requests) => (
        from request in Gen.Choose(0, requests - 1)
        from step in Gen.Choose(0, LastArrival)
        from stay in Gen.Choose(0, 4 * LastArrival)
        select new Arrival(request, step, stay <= LastArrival ? step + stay : null)).ArrayOf().Resize(MostArrivals)
        .Where(arrivals => arrivals.Length > 0);
}
