namespace MlxActors.Generation.Sampling;

/// <summary>Which tokens stand in a prompt and its answer, as far as the adjustments of one sequence ask for it.</summary>
public sealed class TokenHistory
{
    private readonly TokenAdjustments _adjustments;
    private readonly HashSet<int> _all;
    private readonly Dictionary<int, int> _answer = [];

    /// <param name="prompt">Its tokens; those of media stand for no text, but do no harm: no model says them.</param>
    public TokenHistory(TokenAdjustments adjustments, IEnumerable<int> prompt) =>
        (_adjustments, _all) = (adjustments, adjustments.NeedPrompt ? [.. prompt] : []);

    /// <summary>Tokens of the prompt and of the answer.</summary>
    public HashSet<int> All => _all;

    /// <summary>Tokens of the answer with their number.</summary>
    public Dictionary<int, int> Answer => _answer;

    /// <summary>One more token of the answer.</summary>
    public void Add(int token)
    {
        if (_adjustments.NeedPrompt)
        {
            _all.Add(token);
        }
        if (_adjustments.NeedAnswer)
        {
            _answer[token] = _answer.GetValueOrDefault(token) + 1;
        }
    }

    /// <summary>Adjusts the logits of the next token.</summary>
    public void Adjust(Span<float> logits) => _adjustments.Apply(logits, this);
}
