using System.Collections.Immutable;

namespace MlxActors.Models.Chat;

/// <summary>A call as the model wrote it.</summary>
/// <param name="Name">One of the tools on offer.</param>
/// <param name="Arguments">A JSON object as text.</param>
public sealed record ParsedCall(string Name, string Arguments);

/// <summary>What has become certain of an answer; the text is possibly empty.</summary>
public readonly record struct ParsedOutput(string Text, ImmutableArray<ParsedCall> Calls);

/// <summary>
/// Finds the calls of tools in the text of one answer as it comes. Total: nothing throws, and what is no call is text. However the answer
/// is cut into pieces, the text and the calls that come of it are the same.
/// </summary>
public abstract class OutputParser
{
    /// <summary>For answers without tools: all is text.</summary>
    public static OutputParser Plain { get; } = new PlainParser();

    /// <summary>Whether the answer ends here, whatever the model would still say.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>Takes more of the answer; nothing once it is complete.</summary>
    public abstract ParsedOutput Add(string text);

    /// <summary>The answer has ended: what is left of it.</summary>
    public abstract ParsedOutput Finish();

    private sealed class PlainParser : OutputParser
    {
        public override bool IsComplete => false;

        public override ParsedOutput Add(string text) => new(text, []);

        public override ParsedOutput Finish() => new("", []);
    }
}
