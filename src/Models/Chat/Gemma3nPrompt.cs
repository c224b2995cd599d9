using System.Collections.Immutable;
using System.Diagnostics;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Chat;

/// <summary>How many tokens media stand for in a prompt of Gemma 3n.</summary>
/// <param name="PerImage">And per frame of a video.</param>
/// <param name="PerClip">However short it is.</param>
public sealed record Gemma3nMediaTokens(int PerImage, int PerClip);

/// <summary>
/// Renders conversations as the chat template of Gemma 3n does. The template leaves out videos, since the reference has none; here each of
/// their frames stands in the prompt as an image.
/// </summary>
public static class Gemma3nPrompt
{
    private static readonly GemmaMedium Image = new("<image_soft_token>", "<start_of_image>", "<image_soft_token>", "<end_of_image>");
    private static readonly GemmaMedium Audio = new("<audio_soft_token>", "<start_of_audio>", "<audio_soft_token>", "<end_of_audio>");

    /// <param name="addGenerationPrompt">Ends with the opening of the model's turn.</param>
    public static Result<ImmutableArray<PromptPart>, PromptError> Render(Conversation conversation, bool addGenerationPrompt = true) =>
        GemmaTemplate.Render(
            conversation,
            PromptPart? (part) => part switch
            {
                ContentPart.Image image => new PromptPart.Image(image.Index),
                ContentPart.Audio audio => new PromptPart.Audio(audio.Index),
                ContentPart.Video video => new PromptPart.Video(video.Index),
                _ => throw new UnreachableException(),
            },
            addGenerationPrompt);

    /// <summary>The prompt as the template writes it, with one token for each image and clip.</summary>
    public static string Text(ImmutableArray<PromptPart> prompt) => GemmaTemplate.Text(prompt, part => part switch
    {
        PromptPart.Image => Image.Written,
        PromptPart.Audio => Audio.Written,
        PromptPart.Video => "",
        _ => throw new UnreachableException(),
    });

    /// <summary>Expands media and tokenizes; the frames of a video follow each other.</summary>
    /// <param name="framesOf">Number of frames of a video, by its index.</param>
    public static TokenizedPrompt Tokenize(
        ImmutableArray<PromptPart> prompt, HuggingFaceTokenizer tokenizer, Gemma3nMediaTokens tokens, Func<int, int> framesOf) =>
        GemmaTemplate.Tokenize(prompt, tokenizer, (text, part) => part switch
        {
            PromptPart.Image image => Image.Expand(text, image.Index, tokens.PerImage),
            PromptPart.Audio audio => Audio.Expand(text, audio.Index, tokens.PerClip),
            PromptPart.Video video => Enumerable.Range(0, framesOf(video.Index))
                .Aggregate(text, (written, frame) => Image.Expand(written, video.Index, tokens.PerImage, frame)),
            _ => throw new UnreachableException(),
        });
}
