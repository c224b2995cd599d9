namespace MlxActors.Generation.Constraints.Masks;

/// <summary>An open call: where to go on behind it, and what was open before.</summary>
internal sealed record Frame(Frame? Below, int Return, int Id, int Depth);

/// <summary>A place in the grammar with its open calls.</summary>
internal readonly record struct Position(int Node, Frame? Frame);

/// <summary>All places that the bytes so far may have led to. Equal sets are one object, as long as the automaton keeps it.</summary>
/// <param name="isComplete">Whether the answer may end here.</param>
internal sealed class AutomatonState(Position[] positions, bool isComplete, int classes)
{
    /// <summary>Those from which a byte leads on.</summary>
    public Position[] Positions => positions;

    public bool IsComplete => isComplete;

    /// <summary>By class of bytes; null: not yet known.</summary>
    public AutomatonState?[] Next { get; } = new AutomatonState?[classes];

    public TokenMask? Mask { get; set; }

    /// <summary>Where every plain character leads; null when not to one place, or when that is not yet known.</summary>
    public AutomatonState? AfterPlain { get; set; }

    /// <summary>Whether <see cref="AfterPlain"/> is known.</summary>
    public bool KnowsPlain { get; set; }

    /// <summary>Whether no answer begins so.</summary>
    public bool IsDead => positions.Length == 0 && !isComplete;
}
