namespace MlxActors.Models.Text;

/// <summary>Turns the tokens of one answer into text as they come; never gives half a character.</summary>
public abstract class IncrementalDecoder
{
    /// <summary>The text that this token completes; empty while a character is still open.</summary>
    public abstract string Add(int token);

    /// <summary>What is left when the answer ends, broken characters as U+FFFD.</summary>
    public abstract string Flush();
}
