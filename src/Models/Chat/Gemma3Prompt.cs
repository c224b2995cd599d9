using System.Collections.Immutable;
using System.Diagnostics;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Chat;

/// <summary>Renders conversations as the chat template of Gemma 3 does, which leaves out audio and video.</summary>
public static class Gemma3Prompt
{
    private static readonly GemmaMedium Image = new("<start_of_image>", "<start_of_image>", "<image_soft_token>", "<end_of_image>");

    /// <param name="addGenerationPrompt">Ends with the opening of the model's turn.</param>
    public static Result<ImmutableArray<PromptPart>, PromptError> Render(Conversation conversation, bool addGenerationPrompt = true) =>
        GemmaTemplate.Render(
            conversation,
            part => part is ContentPart.Image image ? new PromptPart.Image(image.Index) : null,
            addGenerationPrompt);

    /// <summary>The prompt as the template writes it, with one token for each image.</summary>
    public static string Text(ImmutableArray<PromptPart> prompt) =>
        GemmaTemplate.Text(prompt, part => part is PromptPart.Image ? Image.Written : throw new UnreachableException());

    /// <summary>Expands images and tokenizes.</summary>
    /// <param name="tokensPerImage">The checkpoint's <c>mm_tokens_per_image</c>.</param>
    public static TokenizedPrompt Tokenize(ImmutableArray<PromptPart> prompt, HuggingFaceTokenizer tokenizer, int tokensPerImage) =>
        GemmaTemplate.Tokenize(prompt, tokenizer, (text, part) => part is PromptPart.Image image
            ? Image.Expand(text, image.Index, tokensPerImage)
            : throw new UnreachableException());
}
