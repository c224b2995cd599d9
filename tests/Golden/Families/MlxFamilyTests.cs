using MlxActors.Native.Mlx;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Families;

/// <summary>
/// Every family on MLX, where there is a library, with the kernels that a GPU would use: the same fixtures and the same tolerances as
/// for the processor. Without a library each test is skipped once.
/// </summary>
[Collection(Collection)]
public sealed class MlxFamilyTests
{
    /// <summary>What uses MLX runs in this collection, one test at a time.</summary>
    public const string Collection = "MLX";

    private const string Kind = "model";

    /// <summary>MLX computes other numbers of rows by other kernels; logits then differ by rounding that the layers carry on.</summary>
    private const double AmongRows = 1e-4;

    private static readonly Result<MlxLibrary, string> Library =
        MlxLibrary.Find(Environment.GetEnvironmentVariable(MlxLibrary.Variable));

    public static TheoryData<string?> Cases => WhereThereIsMlx(GoldenCase.All);

    public static TheoryData<string?> TextCases => WhereThereIsMlx(GoldenCase.WithText);

    public static TheoryData<string?> GreedyCases => WhereThereIsMlx(GoldenCase.WithGreedy);

    public static TheoryData<string?> Checkpoints => WhereThereIsMlx(GoldenCase.Checkpoints);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_Case_MatchesEveryRecordedState(string? path)
    {
        using var states = new FamilyStates(Open());
        states.AssertEachRecorded(GoldenCase.Read(Goldens.SkipWhenNone(path, Kind)));
    }

    [SkippableTheory]
    [MemberData(nameof(GreedyCases))]
    public void Decode_GreedyCase_GivesTheSameIdsAndLogits(string? path)
    {
        using var states = new FamilyStates(Open());
        states.AssertGreedy(GoldenCase.Read(Goldens.SkipWhenNone(path, Kind)));
    }

    [SkippableTheory]
    [MemberData(nameof(TextCases))]
    public void Prefill_InChunks_GivesTheLogitsOfOnePrefill(string? path)
    {
        using var steps = new FamilySteps(Open(), AmongRows);
        steps.AssertChunksAreOnePrefill(GoldenCase.Read(Goldens.SkipWhenNone(path, Kind)));
    }

    [SkippableTheory]
    [MemberData(nameof(TextCases))]
    public void Prefill_BehindACachedPrefix_GivesTheLogitsOfOnePrefill(string? path)
    {
        using var steps = new FamilySteps(Open(), AmongRows);
        steps.AssertCachedPrefixesAreOnePrefill(GoldenCase.Read(Goldens.SkipWhenNone(path, Kind)));
    }

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Decode_SequencesInOneBatch_GiveTheLogitsOfEachAlone(string? checkpoint)
    {
        using var steps = new FamilySteps(Open(), AmongRows);
        steps.AssertBatchIsEachAlone(Goldens.SkipWhenNone(checkpoint, Kind));
    }

    private static TheoryData<string?> WhereThereIsMlx(TheoryData<string?> cases) =>
        Library is Result<MlxLibrary, string>.Ok ? cases : Goldens.Rows([]);

    public static MlxBackend Open()
    {
        Skip.If(Library is Result<MlxLibrary, string>.Error, Library.Match(_ => "", error => $"no MLX: {error}"));
        return Library.Match(
            library => new MlxBackend(library, MlxLimits.None, fusesRope: true), error => throw new InvalidOperationException(error));
    }
}
