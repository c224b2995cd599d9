namespace MlxActors.Models.Chat;

/// <summary>Where in a Python statement a reader is, character by character: how deep in brackets, in a string, in a comment.</summary>
internal sealed class PythonScanner
{
    private const int FenceLength = 3;

    private State _state;
    private char _quote;
    private int _quotes;
    private bool _isEscaped;
    private int _backticks;
    private bool _isLineStart;

    private enum State
    {
        Code,
        Comment,
        String,
        TripleString,
    }

    /// <summary>Brackets that are open.</summary>
    public int Depth { get; private set; }

    /// <summary>Whether the character before was code: no part of a string or a comment.</summary>
    public bool IsInCode => _state == State.Code && _quotes == 0;

    /// <summary>
    /// Whether the fence that closes the block has just come: in code anywhere, in a string at the beginning of a line, unless the string
    /// has triple quotes; so that a quote too many does not swallow the rest of the answer.
    /// </summary>
    public bool IsAtFence { get; private set; }

    /// <summary>Whether what has come cannot be the beginning of a call, with or without an assignment.</summary>
    public bool IsNoCall { get; private set; }

    public void Reset() => (_state, _quotes, _isEscaped, _backticks, _isLineStart, Depth, IsAtFence, IsNoCall) =
        (State.Code, 0, false, 0, false, 0, false, false);

    public void Read(char c)
    {
        FollowFence(c);
        if (_state == State.Code && _quotes > 0)
        {
            ReadOpening(c);
        }
        else
        {
            ReadIn(c);
        }
    }

    private void FollowFence(char c)
    {
        if (c != '`')
        {
            _isLineStart = c == '\n';
        }
        _backticks = c == '`' ? _backticks + 1 : 0;
        IsAtFence = _backticks == FenceLength
            && (IsInCode || (_state == State.String && _isLineStart));
    }

    private void ReadIn(char c)
    {
        switch (_state)
        {
            case State.Code:
                ReadCode(c);
                break;
            case State.Comment:
                _state = c == '\n' ? State.Code : State.Comment;
                break;
            case State.String:
                ReadString(c, closing: 1);
                break;
            case State.TripleString:
                ReadString(c, closing: FenceLength);
                break;
        }
    }

    private void ReadCode(char c)
    {
        switch (c)
        {
            case '#':
                _state = State.Comment;
                break;
            case '"' or '\'':
                (_quote, _quotes) = (c, 1);
                IsNoCall |= Depth == 0;
                break;
            case '(' or '[' or '{':
                IsNoCall |= Depth == 0 && c != '(';
                Depth++;
                break;
            case ')' or ']' or '}':
                IsNoCall |= Depth == 0;
                Depth--;
                break;
            default:
                IsNoCall |= Depth == 0 && !MayLeadToCall(c);
                break;
        }
    }

    /// <summary>Behind one or two quotes in code: the string may be empty, or of the triple kind.</summary>
    private void ReadOpening(char c)
    {
        if (c == _quote)
        {
            (_state, _quotes) = _quotes == 2 ? (State.TripleString, 0) : (State.Code, 2);
            return;
        }
        (_state, _quotes) = (_quotes == 1 ? State.String : State.Code, 0);
        ReadIn(c);
    }

    private void ReadString(char c, int closing)
    {
        _quotes = !_isEscaped && c == _quote ? _quotes + 1 : 0;
        _isEscaped = !_isEscaped && c == '\\';
        if (_quotes == closing)
        {
            (_state, _quotes) = (State.Code, 0);
        }
    }

    private static bool MayLeadToCall(char c) =>
        char.IsLetterOrDigit(c) || char.IsWhiteSpace(c) || c is '_' or '-' or '=' or '`' or ';' or ',';
}
