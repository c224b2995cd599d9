using System.Collections.Immutable;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Chat;

/// <summary>
/// Renders conversations as the chat template of Gemma 3 does, tools by <see cref="Gemma3Tools"/>. Like the template: turns must
/// alternate, the system text goes before the first user turn untrimmed, and only its first part; every other part of a message is
/// trimmed by itself; audio and video are left out.
/// </summary>
public static class Gemma3Prompt
{
    private const string StartOfImage = "<start_of_image>";
    private const string EndOfImage = "<end_of_image>";
    private const string ImageToken = "<image_soft_token>";
    private const string MustAlternate = "Conversation roles must alternate user/assistant/user/assistant/...";

    /// <param name="addGenerationPrompt">Ends with the opening of the model's turn.</param>
    public static Result<ImmutableArray<PromptPart>, PromptError> Render(Conversation conversation, bool addGenerationPrompt = true)
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
        return Gemma3Tools.ToTurns(conversation.Messages, hasSystem ? 1 : 0).Bind(turns => Render(turns, prefix, addGenerationPrompt));
    }

    /// <summary>The prompt as the template writes it, with one token for each image.</summary>
    public static string Text(ImmutableArray<PromptPart> prompt) => string.Concat(prompt.Select(part => part switch
    {
        PromptPart.Template template => template.Value,
        PromptPart.Literal literal => literal.Value,
        PromptPart.Image => StartOfImage,
        _ => throw new System.Diagnostics.UnreachableException(),
    }));

    /// <summary>
    /// Expands images and tokenizes. An image is expanded in the text, so that the newlines around it join with those of its neighbours,
    /// as in the reference.
    /// </summary>
    /// <param name="tokensPerImage">The checkpoint's <c>mm_tokens_per_image</c>.</param>
    public static TokenizedPrompt Tokenize(ImmutableArray<PromptPart> prompt, HuggingFaceTokenizer tokenizer, int tokensPerImage)
    {
        var text = new PromptText();
        foreach (var part in prompt)
        {
            _ = part switch
            {
                PromptPart.Template template => text.Template(template.Value),
                PromptPart.Literal literal => text.Literal(literal.Value),
                PromptPart.Image image => text
                    .Template("\n\n" + StartOfImage).Media(image.Index, ImageToken, tokensPerImage).Template(EndOfImage + "\n\n"),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        return text.Tokenize(tokenizer);
    }

    private static string SystemText(ChatMessage? system, ImmutableArray<ToolDefinition> tools)
    {
        var text = system is null ? "" : ((system.Parts.FirstOrDefault() as ContentPart.Text)?.Value ?? "") + "\n\n";
        return tools.IsEmpty ? text : text + Gemma3Tools.Block(tools) + "\n\n";
    }

    private static Result<ImmutableArray<PromptPart>, PromptError> Render(
        ImmutableArray<Gemma3Turn> turns, string prefix, bool addGenerationPrompt)
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
            prompt.AddRange(turns[i].Parts.SelectMany(Render));
            prompt.Add(new PromptPart.Template("<end_of_turn>\n"));
        }
        if (addGenerationPrompt)
        {
            prompt.Add(new PromptPart.Template($"<start_of_turn>{NameOf(Role.Assistant)}\n"));
        }
        return prompt.ToImmutable();
    }

    private static IEnumerable<PromptPart> Render(ContentPart part) => part switch
    {
        ContentPart.Text text => [new PromptPart.Literal(Strip(text.Value))],
        ContentPart.Image image => [new PromptPart.Image(image.Index)],
        ContentPart.Audio or ContentPart.Video => [],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

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
