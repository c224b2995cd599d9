namespace MlxActors.Golden.Families;

/// <summary>The forward pass of every family in exact mode, against every state that the reference recorded.</summary>
public sealed class FamilyGoldenTests : IDisposable
{
    private const string Kind = "model";

    private readonly FamilyStates _states = new(Backends.Exact());

    public static TheoryData<string?> Cases => GoldenCase.All;

    public static TheoryData<string?> GreedyCases => GoldenCase.WithGreedy;

    public void Dispose() => _states.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_Case_MatchesEveryRecordedState(string? path) =>
        _states.AssertEachRecorded(GoldenCase.Read(Goldens.SkipWhenNone(path, Kind)));

    [SkippableTheory]
    [MemberData(nameof(GreedyCases))]
    public void Decode_GreedyCase_GivesTheSameIdsAndLogits(string? path) =>
        _states.AssertGreedy(GoldenCase.Read(Goldens.SkipWhenNone(path, Kind)));
}
