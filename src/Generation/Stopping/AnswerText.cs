using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Text;

namespace MlxActors.Generation.Stopping;

/// <summary>More of an answer: text, possibly empty, then calls; and the reason when it ends there.</summary>
public readonly record struct AnswerPiece(string Text, ImmutableArray<ParsedCall> Calls, FinishReason? Finished)
{
    /// <summary>Whether there is nothing to tell the reader but, possibly, the end.</summary>
    public bool IsEmpty => Text.Length == 0 && Calls.IsEmpty;
}

/// <summary>One answer as its tokens come: decoded, cut where a stop text begins, calls of tools told from text.</summary>
public sealed class AnswerText(IncrementalDecoder decoder, StopText stop, OutputParser parser)
{
    private StopText _stop = stop;
    private bool _hasCalls;

    /// <param name="finished">Why the token ends the answer, null when it goes on. A token that ends the model's turn has no text.</param>
    public AnswerPiece Add(int token, FinishReason? finished)
    {
        var text = finished is FinishReason.Stop ? "" : decoder.Add(token);
        if (finished is not null)
        {
            text += decoder.Flush();
        }
        (_stop, var certain, var stopped) = _stop.Add(text);
        var output = parser.Add(finished is null ? certain : certain + _stop.Held);
        FinishReason? end = stopped || parser.IsComplete ? FinishReason.Stop : finished;
        if (end is not null)
        {
            var rest = parser.Finish();
            output = new ParsedOutput(output.Text + rest.Text, output.Calls.AddRange(rest.Calls));
        }
        _hasCalls |= !output.Calls.IsEmpty;
        return new AnswerPiece(output.Text, output.Calls, end is FinishReason.Stop && _hasCalls ? FinishReason.ToolCalls : end);
    }
}
