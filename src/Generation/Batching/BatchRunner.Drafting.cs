using MlxActors.Generation.Speculation;

namespace MlxActors.Generation.Batching;

/// <summary>
/// Answers that go on as prompt or answer did before: what followed there is read in one pass with the token made last, and the logits of
/// all of it tell which token follows each. As long as that is the guessed one, the next row's logits are those that the next step would
/// have computed, so that each sequence gets the tokens that it gets without, drawn by the same numbers. The rest is taken back out of the
/// caches before anyone keeps them.
/// </summary>
public sealed partial class BatchRunner
{
    // Where steps are begun ahead, the one excludes the other, and nobody has measured which of them pays.
    private readonly SpeculationLimits? _speculation =
        limits.Speculation is { OnlyWhereItPays: true } && goesAhead ? null : limits.Speculation;

    private readonly PassCosts? _costs = limits.Speculation is { OnlyWhereItPays: true, MaxRows: var rows } ? new PassCosts(rows) : null;
    private readonly DraftPlan _plan = new();
    private readonly List<DraftOffer> _offers = [];
    private SpeculationCounts _counts;

    /// <summary>What was guessed, and how much of it rightly.</summary>
    public SpeculationCounts Speculation => _counts;

    /// <summary>Guesses for the sequences of the step, where that pays.</summary>
    private void MakeDrafts()
    {
        if (_speculation is null)
        {
            return;
        }
        _offers.Clear();
        foreach (var sequence in _stepping)
        {
            _offers.Add(sequence.Offer);
        }
        var lengths = _plan.Share(_offers, _speculation.MaxRows, _costs);
        for (var i = 0; i < _stepping.Count; i++)
        {
            _stepping[i].MakeDraft(lengths[i]);
            if (_stepping[i].Draft is { IsEmpty: false, Length: var tokens })
            {
                Count(_stepping[i], new SpeculationCounts(Drafts: 1, tokens, AcceptedTokens: 0));
            }
        }
    }

    /// <summary>Before anyone keeps the caches of those that go on: they hold what was said, and no more.</summary>
    private void ForgetWrongDrafts()
    {
        foreach (var sequence in _stepping)
        {
            if (!sequence.IsDisposed && !sequence.Draft.IsEmpty)
            {
                var before = sequence.Cache.Length - 1 - sequence.Draft.Length;
                sequence.ForgetLastToken();
                KeepWhatSlidesAway(sequence, before);
            }
        }
    }

    /// <summary>Whether the token that was just made is the guessed one, so that the logits behind it count.</summary>
    private bool WasRight(Sequence sequence, ReadOnlySpan<int> draft, int index)
    {
        if (sequence.IsDisposed || index == draft.Length || sequence.LastToken != draft[index])
        {
            return false;
        }
        Count(sequence, new SpeculationCounts(Drafts: 0, DraftTokens: 0, AcceptedTokens: 1));
        return true;
    }

    private void Count(Sequence sequence, SpeculationCounts more)
    {
        sequence.Speculation += more;
        _counts += more;
    }
}
