namespace MlxActors.Models.Chat;

/// <summary>
/// Looks for the mark that opens a call in running text, and holds back what may be its beginning: also the newline before it, which
/// belongs to the mark, and behind a call all white space.
/// </summary>
internal sealed class OpeningMark(params string[] marks)
{
    private string _held = "";
    private bool _isBehindCall;

    /// <summary>Takes one more character.</summary>
    /// <param name="text">What is now certain to be no mark; possibly empty.</param>
    /// <returns>The mark with the white space before it, when it is whole.</returns>
    public string? Read(char c, out string text)
    {
        var held = _held + c;
        var start = 0;
        while (!MayBegin(held.AsSpan(start)))
        {
            start++;
            _isBehindCall = false;
        }
        (text, held) = (held[..start], held[start..]);
        var isWhole = marks.Contains(WithoutSpace(held).ToString());
        _held = isWhole ? "" : held;
        return isWhole ? held : null;
    }

    /// <summary>What is held back at the end of the answer; white space behind a call was only there for the next.</summary>
    public string End() => _isBehindCall && string.IsNullOrWhiteSpace(_held) ? "" : _held;

    /// <summary>A call ends here.</summary>
    public void BeginBehindCall() => _isBehindCall = true;

    private bool MayBegin(ReadOnlySpan<char> held)
    {
        var begun = WithoutSpace(held);
        foreach (var mark in marks)
        {
            if (mark.AsSpan().StartsWith(begun))
            {
                return true;
            }
        }
        return false;
    }

    private ReadOnlySpan<char> WithoutSpace(ReadOnlySpan<char> held) =>
        _isBehindCall ? held.TrimStart()
        : held is ['\n', ..] ? held[1..]
        : held;
}
