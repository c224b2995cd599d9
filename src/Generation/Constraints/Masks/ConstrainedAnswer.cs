namespace MlxActors.Generation.Constraints.Masks;

/// <summary>How far one constrained answer is.</summary>
public sealed class ConstrainedAnswer
{
    private readonly Automaton _automaton;
    private AutomatonState _state;

    internal ConstrainedAnswer(Automaton automaton)
    {
        _automaton = automaton;
        lock (automaton)
        {
            _state = automaton.Start;
        }
    }

    /// <summary>The tokens that may come next; those that end the answer are among them exactly when it is whole.</summary>
    public TokenMask Mask
    {
        get
        {
            lock (_automaton)
            {
                return _automaton.MaskOf(_state);
            }
        }
    }

    /// <summary>Whether the answer so far is whole.</summary>
    public bool IsComplete => _state.IsComplete;

    /// <summary>Goes on behind a token that the mask allows.</summary>
    public void Add(int token)
    {
        lock (_automaton)
        {
            foreach (var value in _automaton.Vocabulary.BytesOf(token))
            {
                _state = _automaton.Next(_state, value);
            }
        }
    }
}
