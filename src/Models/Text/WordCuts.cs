namespace MlxActors.Models.Text;

/// <summary>
/// Where a piece can be cut without changing its tokens. Gemma's pre-tokenizer never splits, so that a paragraph is one piece; but hardly
/// any merge joins a character with a following "▁". Cutting before the others keeps pieces short and lets the cache work.
/// </summary>
internal sealed class WordCuts
{
    public const char Space = '▁';

    private readonly HashSet<char> _joined = [];
    private readonly bool _cuts;

    private WordCuts(bool cuts) => _cuts = cuts;

    /// <summary>For vocabularies without "▁".</summary>
    public static WordCuts None { get; } = new(cuts: false);

    /// <summary>Cuts before every run of "▁" until merges are noted that cross there.</summary>
    public static WordCuts BeforeSpaces() => new(cuts: true);

    /// <summary>A merge makes the cut unsafe after the character that it joins with "▁".</summary>
    public void Note(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (_cuts && right is [Space, ..] && left is [.., not Space and var last])
        {
            _joined.Add(last);
        }
    }

    /// <summary>The end of the word that begins at <paramref name="start"/>.</summary>
    public int WordEnd(ReadOnlySpan<char> piece, int start)
    {
        if (!_cuts)
        {
            return piece.Length;
        }
        for (var end = start + 1; end < piece.Length; end++)
        {
            var offset = piece[end..].IndexOf(Space);
            if (offset < 0)
            {
                return piece.Length;
            }
            end += offset;
            if (piece[end - 1] != Space && !_joined.Contains(piece[end - 1]))
            {
                return end;
            }
        }
        return piece.Length;
    }
}
