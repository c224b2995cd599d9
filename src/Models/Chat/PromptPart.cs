using System.Collections.Immutable;

namespace MlxActors.Models.Chat;

/// <summary>
/// A part of a rendered prompt. Template and literal text are kept apart, because only the template may write control tokens.
/// </summary>
public abstract record PromptPart
{
    private PromptPart()
    {
    }

    /// <summary>Text of the model's template; control tokens spelt in it are meant.</summary>
    public sealed record Template(string Value) : PromptPart;

    /// <summary>Text from outside; the spelling of a control token in it is text.</summary>
    public sealed record Literal(string Value) : PromptPart;

    /// <summary>The place of an image.</summary>
    public sealed record Image(int Index) : PromptPart;

    /// <summary>The place of a clip.</summary>
    public sealed record Audio(int Index) : PromptPart;

    /// <summary>The place of a video.</summary>
    public sealed record Video(int Index) : PromptPart;
}

/// <summary>Where the tokens of an image, a clip, or a group of a video's frames stand in a prompt.</summary>
/// <param name="Index">The file's place in the conversation's media.</param>
/// <param name="Piece">Which of the file's pieces: the group of a video's frames, 0 for a file that is taken whole.</param>
/// <param name="Position">Position of its first token.</param>
/// <param name="Length">Number of its tokens.</param>
public readonly record struct MediaPlace(int Index, int Piece, int Position, int Length);

/// <summary>A prompt as tokens, media expanded; the groups of a video follow each other.</summary>
public sealed record TokenizedPrompt(ImmutableArray<int> Tokens, ImmutableArray<MediaPlace> Media);
