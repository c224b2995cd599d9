using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Text;

namespace MlxActors.Generation.Stopping;

/// <summary>More of an answer: text, possibly empty, then calls; and the reason when it ends there.</summary>
/// <param name="Tokens">How many more tokens now belong to the answer: their text begins before a stop text, if one has come.</param>
public readonly record struct AnswerPiece(string Text, ImmutableArray<ParsedCall> Calls, FinishReason? Finished, int Tokens = 0)
{
    /// <summary>Whether there is nothing to tell the reader but, possibly, the end.</summary>
    public bool IsEmpty => Text.Length == 0 && Calls.IsEmpty;
}

/// <summary>One answer as its tokens come: decoded, cut where a stop text begins, calls of tools told from text.</summary>
public sealed class AnswerText(IncrementalDecoder decoder, StopText stop, OutputParser parser)
{
    /// <summary>Where the text of the tokens begins that do not belong to the answer yet.</summary>
    private readonly Queue<int> _starts = new();

    private StopText _stop = stop;
    private int _decoded;
    private int _certain;
    private bool _hasCalls;

    /// <param name="finished">Why the token ends the answer, null when it goes on. A token that ends the model's turn has no text.</param>
    public AnswerPiece Add(int token, FinishReason? finished)
    {
        var text = Decode(token, finished);
        (_stop, var certain, var stopped) = _stop.Add(text);
        if (finished is not null)
        {
            certain += _stop.Held;
        }
        var output = parser.Add(certain);
        FinishReason? end = stopped || parser.IsComplete ? FinishReason.Stop : finished;
        if (end is not null)
        {
            var rest = parser.Finish();
            output = new ParsedOutput(output.Text + rest.Text, output.Calls.AddRange(rest.Calls));
        }
        _hasCalls |= !output.Calls.IsEmpty;
        return new AnswerPiece(
            output.Text,
            output.Calls,
            end is FinishReason.Stop && _hasCalls ? FinishReason.ToolCalls : end,
            TokensUpTo(certain.Length, isAll: finished is not null && !stopped));
    }

    private string Decode(int token, FinishReason? finished)
    {
        var text = "";
        if (finished is not FinishReason.Stop)
        {
            _starts.Enqueue(_decoded);
            text = decoder.Add(token);
        }
        if (finished is not null)
        {
            text += decoder.Flush();
        }
        _decoded += text.Length;
        return text;
    }

    private int TokensUpTo(int moreCertain, bool isAll)
    {
        _certain += moreCertain;
        var count = 0;
        while (_starts.TryPeek(out var start) && (isAll || start < _certain))
        {
            _starts.Dequeue();
            count++;
        }
        return count;
    }
}
