using System.Collections.Immutable;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Chat;

/// <summary>A medium in a prompt of Gemma.</summary>
/// <param name="Written">As the template writes it.</param>
/// <param name="Token">Stands for one of its soft tokens.</param>
internal sealed record GemmaMedium(string Written, string Start, string Token, string End)
{
    /// <summary>
    /// Its soft tokens. They are written into the text, so that the newlines around them join with those of their neighbours, as in the
    /// reference.
    /// </summary>
    public PromptText Expand(PromptText text, int index, int tokens, int piece = 0) =>
        text.Template("\n\n" + Start).Media(index, Token, tokens, piece).Template(End + "\n\n");
}

/// <summary>
/// The chat template that Gemma 3 and Gemma 3n share, tools by <see cref="GemmaTools"/>. Like the template: turns must alternate, the
/// system text goes before the first user turn untrimmed, and only its first part; every other part of a message is trimmed by itself.
/// </summary>
internal static class GemmaTemplate
{
    private const string MustAlternate = "Conversation roles must alternate user/assistant/user/assistant/...";

    /// <param name="medium">What becomes of a part that is no text; null when it is left out.</param>
    /// <param name="addGenerationPrompt">Ends with the opening of the model's turn.</param>
    public static Result<ImmutableArray<PromptPart>, PromptError> Render(
        Conversation conversation, Func<ContentPart, PromptPart?> medium, bool addGenerationPrompt)
    {
        if (conversation.Messages.IsEmpty)
        {
            return new PromptError("The conversation has no message.", "messages");
        }
        var hasSystem = conversation.Messages[0].Role == Role.System;
        if (hasSystem && conversation.Messages[0].Parts is [not ContentPart.Text, ..])
        {
            return new PromptError("The system message must begin with text.", "messages[0].content");
        }
        var prefix = SystemText(hasSystem ? conversation.Messages[0] : null, conversation.Tools);
        return GemmaTools.ToTurns(conversation.Messages, hasSystem ? 1 : 0)
            .Bind(turns => Render(turns, prefix, medium, addGenerationPrompt));
    }

    /// <summary>The prompt as the template writes it.</summary>
    /// <param name="medium">Of a part that is no text.</param>
    public static string Text(ImmutableArray<PromptPart> prompt, Func<PromptPart, string> medium) =>
        string.Concat(prompt.Select(part => part switch
        {
            PromptPart.Template template => template.Value,
            PromptPart.Literal literal => literal.Value,
            _ => medium(part),
        }));

    /// <param name="expand">Writes the tokens of a part that is no text.</param>
    public static TokenizedPrompt Tokenize(
        ImmutableArray<PromptPart> prompt, HuggingFaceTokenizer tokenizer, Func<PromptText, PromptPart, PromptText> expand) =>
        prompt.Aggregate(new PromptText(), (text, part) => part switch
        {
            PromptPart.Template template => text.Template(template.Value),
            PromptPart.Literal literal => text.Literal(literal.Value),
            _ => expand(text, part),
        }).Tokenize(tokenizer);

    private static string SystemText(ChatMessage? system, ImmutableArray<ToolDefinition> tools)
    {
        var text = system is null ? "" : ((system.Parts.FirstOrDefault() as ContentPart.Text)?.Value ?? "") + "\n\n";
        return tools.IsEmpty ? text : text + GemmaTools.Block(tools) + "\n\n";
    }

    private static Result<ImmutableArray<PromptPart>, PromptError> Render(
        ImmutableArray<GemmaTurn> turns, string prefix, Func<ContentPart, PromptPart?> medium, bool addGenerationPrompt)
    {
        var prompt = ImmutableArray.CreateBuilder<PromptPart>();
        prompt.Add(new PromptPart.Template("<bos>"));
        for (var i = 0; i < turns.Length; i++)
        {
            if (turns[i].Role == Role.User != (i % 2 == 0))
            {
                return new PromptError(MustAlternate, "messages");
            }
            prompt.Add(new PromptPart.Template($"<start_of_turn>{NameOf(turns[i].Role)}\n"));
            prompt.Add(new PromptPart.Literal(i == 0 ? prefix : ""));
            prompt.AddRange(turns[i].Parts.Select(Render).OfType<PromptPart>());
            prompt.Add(new PromptPart.Template("<end_of_turn>\n"));
        }
        if (addGenerationPrompt)
        {
            prompt.Add(new PromptPart.Template($"<start_of_turn>{NameOf(Role.Assistant)}\n"));
        }
        return prompt.ToImmutable();

        PromptPart? Render(ContentPart part) =>
            part is ContentPart.Text text ? new PromptPart.Literal(Strip(text.Value)) : medium(part);
    }

    private static string NameOf(Role role) => role switch
    {
        Role.User => "user",
        Role.Assistant => "model",
        Role.Tool => "tool",
        Role.System => "system",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Python's <c>strip()</c>: .NET does not count the separators U+001C to U+001F as white space.</summary>
    private static string Strip(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }
        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }
        return text[start..end];

        static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';
    }
}
