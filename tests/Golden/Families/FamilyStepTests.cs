using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>However a prompt is cut into steps, and whoever shares them, each sequence gets the logits that it gets alone.</summary>
public abstract class FamilyStepTests(IBackend backend) : IDisposable
{
    private const string Kind = "model";

    private readonly FamilySteps _steps = new(backend, tolerance: 0);

    public static TheoryData<string?> Cases => GoldenCase.WithText;

    public static TheoryData<string?> Checkpoints => GoldenCase.Checkpoints;

    public void Dispose()
    {
        _steps.Dispose();
        GC.SuppressFinalize(this);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Prefill_InChunks_GivesTheLogitsOfOnePrefill(string? path) =>
        _steps.AssertChunksAreOnePrefill(GoldenCase.Read(Goldens.SkipWhenNone(path, Kind)));

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Prefill_BehindACachedPrefix_GivesTheLogitsOfOnePrefill(string? path) =>
        _steps.AssertCachedPrefixesAreOnePrefill(GoldenCase.Read(Goldens.SkipWhenNone(path, Kind)));

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Decode_SequencesInOneBatch_GiveTheLogitsOfEachAlone(string? checkpoint) =>
        _steps.AssertBatchIsEachAlone(Goldens.SkipWhenNone(checkpoint, Kind));
}

public sealed class FamilyStepTestsInExactMode() : FamilyStepTests(Backends.Exact());

public sealed class FamilyStepTestsInFastMode() : FamilyStepTests(Backends.Fast());

public sealed class FamilyStepTestsWithNarrowCaches() : FamilyStepTests(Backends.Narrow());
