namespace MlxActors.Native.Tensors;

/// <summary>The rows of one sequence in a step: <c>L</c> new tokens behind <c>T</c> cached ones.</summary>
/// <param name="FirstRow">Index of the sequence's first row in the step.</param>
/// <param name="Rows">L, the number of its rows.</param>
/// <param name="Offset">T, the number of tokens in its caches before the step.</param>
public readonly record struct SequenceRows(int FirstRow, int Rows, int Offset);

/// <summary>
/// Which rows of a step belong to which sequence, and how far each may look. All sequences of a step lie one behind the other
/// without padding. Reused from step to step, so that decoding allocates nothing.
/// </summary>
public sealed class StepLayout
{
    private readonly List<SequenceRows> _sequences = [];
    private readonly List<int> _visibleEnds = [];

    public ReadOnlySpan<SequenceRows> Sequences => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_sequences);

    /// <summary>
    /// Per row, the key position before which the row sees: <c>offset + i + 1</c> when causal, the end of its image for a token of
    /// an image that attends both ways. A window bounds the other side: <c>k &gt; position − window</c>.
    /// </summary>
    public ReadOnlySpan<int> VisibleEnds => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_visibleEnds);

    /// <summary>Number of rows in the step.</summary>
    public int Rows => _visibleEnds.Count;

    public void Clear()
    {
        _sequences.Clear();
        _visibleEnds.Clear();
    }

    /// <summary>Adds a sequence of <paramref name="rows"/> causal rows behind <paramref name="offset"/> cached tokens.</summary>
    public void Add(int rows, int offset)
    {
        _sequences.Add(new SequenceRows(Rows, rows, offset));
        for (var row = 0; row < rows; row++)
        {
            _visibleEnds.Add(offset + row + 1);
        }
    }

    /// <summary>Lets the rows of the last sequence that lie at positions <c>[start, end)</c> see each other in both directions.</summary>
    public void SeeEachOther(int start, int end)
    {
        var sequence = _sequences[^1];
        var (first, last) = (Math.Max(start, sequence.Offset), Math.Min(end, sequence.Offset + sequence.Rows));
        for (var position = first; position < last; position++)
        {
            _visibleEnds[sequence.FirstRow + position - sequence.Offset] = last;
        }
    }
}
