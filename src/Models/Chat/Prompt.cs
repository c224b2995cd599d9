using System.Collections.Immutable;

namespace MlxActors.Models.Chat;

/// <summary>What a model is to continue: a <see cref="Conversation"/>, a <see cref="RawText"/>, or <see cref="RawTokens"/>.</summary>
public abstract record Prompt
{
    private protected Prompt()
    {
    }
}

/// <summary>Text that no template is put around; control tokens spelt in it are meant.</summary>
public sealed record RawText(string Value) : Prompt;

/// <summary>Tokens as they are, nothing before or after them.</summary>
public sealed record RawTokens(ImmutableArray<int> Ids) : Prompt;
