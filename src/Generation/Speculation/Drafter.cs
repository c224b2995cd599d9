using MlxActors.Models;

namespace MlxActors.Generation.Speculation;

/// <summary>What the next tokens of an answer may be.</summary>
/// <param name="Length">Tokens; 0: there is nothing to guess by.</param>
/// <param name="First">How likely the first of them is to come.</param>
/// <param name="Next">How likely each other one is when those before it have come.</param>
internal readonly record struct DraftOffer(int Length, double First, double Next);

/// <summary>
/// Guesses the next tokens of one answer: what followed its last tokens when they stood in prompt or answer before (prompt lookup). It sees
/// each token that comes, guessed ahead or not, and so knows how often it is right before anyone pays for a guess.
/// </summary>
internal sealed class Drafter
{
    /// <summary>Before anything is known: just enough to try one token, once.</summary>
    private const double FirstChance = .3;

    private const double LeastChance = .01;

    /// <summary>How much the last token counts: answers go in and out of what they repeat.</summary>
    private const double Rate = .35;

    private readonly SpeculationLimits _limits;
    private readonly TokenLookup _lookup;

    /// <summary>By the length of a match.</summary>
    private readonly double[] _chances;

    private TokenMatch _match;

    public Drafter(SpeculationLimits limits, PreparedPrompt prompt)
    {
        _limits = limits;
        _lookup = new TokenLookup(limits.ShortestMatch, limits.LongestMatch, prompt.Tokens.Length);
        _chances = new double[limits.LongestMatch + 1];
        Array.Fill(_chances, FirstChance);
        var media = 0;
        for (var position = 0; position < prompt.Tokens.Length; position++)
        {
            while (media < prompt.Media.Length && prompt.Media[media].Position + prompt.Media[media].Length <= position)
            {
                media++;
            }
            var isText = media == prompt.Media.Length || position < prompt.Media[media].Position;
            _lookup.Add(isText ? prompt.Tokens[position] : TokenLookup.Gap);
        }
    }

    public DraftOffer Offer => _match.Length == 0 || _lookup[_match.Next] == TokenLookup.Gap
        ? default
        : new DraftOffer(_limits.MaxTokens, _chances[_match.Length], _chances[Math.Min(_match.Length + 1, _limits.LongestMatch)]);

    public void Add(int token)
    {
        if (_match.Length > 0)
        {
            var came = _lookup[_match.Next] == token ? 1 : 0;
            _chances[_match.Length] = Math.Max(LeastChance, _chances[_match.Length] + Rate * (came - _chances[_match.Length]));
        }
        _lookup.Add(token);
        _match = _lookup.Find();
    }

    /// <summary>At most so many of the tokens on <see cref="Offer"/>.</summary>
    public void CopyTo(List<int> draft, int count) => _lookup.CopyTo(draft, _match.Next, count);
}
