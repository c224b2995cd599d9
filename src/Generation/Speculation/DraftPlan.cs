namespace MlxActors.Generation.Speculation;

/// <summary>Decides how much of each guess a pass reads.</summary>
internal sealed class DraftPlan
{
    /// <summary>By how much a pass must do more in its time than one without guesses: chances and times are estimates.</summary>
    private const double Margin = 1.05;

    private readonly List<int> _picked = [];
    private readonly List<int> _lengths = [];
    private readonly List<double> _gains = [];

    /// <summary>Takes the likeliest tokens of all guesses, as many as make the most tokens in the time of the pass.</summary>
    /// <param name="offers">One for each answer of the pass.</param>
    /// <param name="maxRows">Tokens that the pass may read, those included that every answer reads in any case.</param>
    /// <param name="costs">Null: time does not matter.</param>
    /// <returns>Tokens of each guess; none at all when that pays best. Valid until the next call.</returns>
    public IReadOnlyList<int> Share(IReadOnlyList<DraftOffer> offers, int maxRows, PassCosts? costs)
    {
        Begin(offers);
        var (expected, best, taken) = ((double)offers.Count, costs is null ? offers.Count : offers.Count * Margin, 0);
        for (var rows = offers.Count + 1; rows <= maxRows && Likeliest(offers) is >= 0 and var index; rows++)
        {
            expected += _gains[index];
            _gains[index] *= offers[index].Next;
            _lengths[index]++;
            _picked.Add(index);
            var made = expected / (costs?.Ratio(rows, offers.Count) ?? 1);
            if (made > best)
            {
                (best, taken) = (made, _picked.Count);
            }
        }
        for (var i = taken; i < _picked.Count; i++)
        {
            _lengths[_picked[i]]--;
        }
        return _lengths;
    }

    private void Begin(IReadOnlyList<DraftOffer> offers)
    {
        _picked.Clear();
        _lengths.Clear();
        _gains.Clear();
        foreach (var offer in offers)
        {
            _lengths.Add(0);
            _gains.Add(offer.First);
        }
    }

    /// <summary>The guess whose next token is the likeliest; -1 when all are used up.</summary>
    private int Likeliest(IReadOnlyList<DraftOffer> offers)
    {
        var likeliest = -1;
        for (var i = 0; i < offers.Count; i++)
        {
            if (_lengths[i] < offers[i].Length && (likeliest < 0 || _gains[i] > _gains[likeliest]))
            {
                likeliest = i;
            }
        }
        return likeliest;
    }
}
