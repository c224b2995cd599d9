using MlxActors.Models.Text;

namespace MlxActors.Generation.Stopping;

/// <summary>More text of an answer, possibly empty, and the reason when it ends there.</summary>
public readonly record struct AnswerPiece(string Text, FinishReason? Finished);

/// <summary>The text of one answer as its tokens come: decoded, and cut where a stop text begins.</summary>
public sealed class AnswerText(IncrementalDecoder decoder, StopText stop)
{
    private StopText _stop = stop;

    /// <param name="finished">Why the token ends the answer, null when it goes on. A token that ends the model's turn has no text.</param>
    public AnswerPiece Add(int token, FinishReason? finished)
    {
        var text = finished is FinishReason.Stop ? "" : decoder.Add(token);
        if (finished is not null)
        {
            text += decoder.Flush();
        }
        (_stop, var certain, var stopped) = _stop.Add(text);
        return stopped ? new AnswerPiece(certain, FinishReason.Stop)
            : finished is null ? new AnswerPiece(certain, null)
            : new AnswerPiece(certain + _stop.Held, finished);
    }
}
