using System.Collections.Immutable;
using System.Text;

namespace MlxActors.Models.Chat;

/// <summary>
/// What the parsers of all families share: a fold over characters, which is why the borders of the pieces do not matter.
/// </summary>
/// <param name="single">Whether the answer is complete with its first call.</param>
public abstract class CallParser(bool single) : OutputParser
{
    private readonly StringBuilder _text = new();
    private readonly ImmutableArray<ParsedCall>.Builder _calls = ImmutableArray.CreateBuilder<ParsedCall>();
    private bool _isComplete;

    public sealed override bool IsComplete => _isComplete;

    public sealed override ParsedOutput Add(string text)
    {
        foreach (var c in text)
        {
            if (_isComplete)
            {
                break;
            }
            Read(c);
        }
        return Take();
    }

    public sealed override ParsedOutput Finish()
    {
        if (!_isComplete)
        {
            End();
        }
        return Take();
    }

    protected abstract void Read(char c);

    /// <summary>Gives out what was held back.</summary>
    protected abstract void End();

    protected void Emit(string text) => _text.Append(text);

    protected void Emit(ParsedCall call)
    {
        _calls.Add(call);
        _isComplete |= single;
    }

    protected void Complete() => _isComplete = true;

    private ParsedOutput Take()
    {
        var output = new ParsedOutput(_text.ToString(), _calls.Count == 0 ? [] : _calls.DrainToImmutable());
        _text.Clear();
        return output;
    }
}
