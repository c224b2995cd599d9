using System.Collections.Immutable;
using System.Text;

namespace MlxActors.Models.Chat;

/// <summary>
/// Reads calls written as Python in a fenced block, which the prompts of Gemma ask for. A call is out as soon as its closing
/// parenthesis has come, and the closing fence ends the answer. A block is let through as text when it holds no call; and from a statement
/// on that cannot be read, when no call has come before it.
/// </summary>
public sealed class ToolCodeParser(ImmutableArray<ToolDefinition> tools, bool single) : CallParser(single)
{
    private const string Fence = "```";

    private readonly OpeningMark _mark = new(
        [.. from name in (string[])["tool_code", "python"] from end in (string[])["\n", "\r", " "] select Fence + name + end]);

    private readonly Stack<char> _unread = new();
    private readonly PythonScanner _scanner = new();
    private readonly StringBuilder _statement = new();

    /// <summary>The open block; null in running text.</summary>
    private Block? _block;

    protected override void Read(char c)
    {
        _unread.Push(c);
        while (!IsComplete && _unread.TryPop(out var next))
        {
            if (_block is null)
            {
                ReadText(next);
            }
            else
            {
                ReadStatement(next, _block);
            }
        }
    }

    protected override void End()
    {
        Emit(_mark.End());
        if (_block is { } block && (!block.HasCalls || block.IsText || !IsBlank))
        {
            Emit(block.Undecided + _statement);
        }
    }

    private bool IsBlank => _statement.ToString().TrimStart() is [] or ['#' or ';' or ',', ..];

    private void ReadText(char c)
    {
        var opening = _mark.Read(c, out var text);
        Emit(text);
        if (opening is not null)
        {
            _block = new Block { Undecided = opening };
            Begin();
        }
    }

    private void ReadStatement(char c, Block block)
    {
        _statement.Append(c);
        _scanner.Read(c);
        if (_scanner.IsAtFence)
        {
            OnFence(block);
        }
        else if (block.IsInUnreadLine)
        {
            if (c == '\n')
            {
                LetThrough(block);
            }
        }
        else if (_scanner.IsNoCall)
        {
            OnNoCall(block);
        }
        else if (_scanner is { Depth: 0, IsInCode: true })
        {
            OnTopLevel(c, block);
        }
    }

    private void OnTopLevel(char c, Block block)
    {
        if (c == ')')
        {
            OnCall(block);
        }
        else if (c is '\n' or ';' or ',')
        {
            if (!IsBlank)
            {
                OnNoCall(block);
            }
            else if (block.IsText)
            {
                LetThrough(block);
            }
            else
            {
                block.Undecided += block.HasCalls ? "" : _statement;
                Begin();
            }
        }
    }

    private void OnCall(Block block)
    {
        var call = PythonCall.Parse(_statement.ToString());
        var tool = call is null ? null : tools.FirstOrDefault(tool => tool.Name == call.Name);
        if (call is not null && tool is null)
        {
            LetThrough(block);
        }
        else if (call is null || call.ArgumentsFor(PythonSignature.ParametersOf(tool!)) is not { } arguments)
        {
            OnNoCall(block);
        }
        else
        {
            Emit(new ParsedCall(call.Name, arguments));
            (block.HasCalls, block.Undecided) = (true, "");
            Begin();
        }
    }

    /// <summary>
    /// Behind a call, the rest of the line is text; otherwise the block was none, and its text is looked through once more.
    /// </summary>
    private void OnNoCall(Block block)
    {
        if (block.HasCalls)
        {
            block.IsInUnreadLine = true;
            return;
        }
        Emit(block.Undecided);
        PutBack();
        _block = null;
    }

    private void OnFence(Block block)
    {
        if (!block.HasCalls)
        {
            OnNoCall(block);
            return;
        }
        _statement.Length -= Fence.Length;
        Emit(IsBlank && !block.IsText ? "" : _statement.ToString());
        Emit(block.HasOpened ? Fence : "");
        Complete();
    }

    /// <summary>What was held back of the block is text, and so is the white space behind it.</summary>
    private void LetThrough(Block block)
    {
        Emit(block.Undecided + _statement);
        (block.HasOpened, block.IsText, block.Undecided) = (block.HasOpened || !block.HasCalls, true, "");
        Begin();
    }

    private void PutBack()
    {
        for (var i = _statement.Length - 1; i >= 0; i--)
        {
            _unread.Push(_statement[i]);
        }
    }

    private void Begin()
    {
        _statement.Clear();
        _scanner.Reset();
        _block!.IsInUnreadLine = false;
    }

    private sealed class Block
    {
        /// <summary>The opening fence and blank lines, as long as it is open whether they are text.</summary>
        public required string Undecided { get; set; }

        public bool HasCalls { get; set; }

        /// <summary>Whether the opening fence was text; then the closing one is, too.</summary>
        public bool HasOpened { get; set; }

        /// <summary>Whether some statement was text.</summary>
        public bool IsText { get; set; }

        /// <summary>In a line that is text, behind a call.</summary>
        public bool IsInUnreadLine { get; set; }
    }
}
