using System.Collections.Immutable;
using MlxActors.Models.Text;

namespace MlxActors.Models.Chat;

/// <summary>An image or video of a prompt, by the number of tokens that stand for it.</summary>
public abstract record MediaTokens
{
    private MediaTokens()
    {
    }

    public sealed record Image(int Length) : MediaTokens;

    /// <param name="GroupLabels">What stands before the tokens of each group of frames.</param>
    /// <param name="GroupLength">Tokens of one group.</param>
    public sealed record Video(ImmutableArray<string> GroupLabels, int GroupLength) : MediaTokens;
}

/// <summary>
/// Renders conversations as the chat template of Qwen3-VL (Instruct) does, tools included. Like the template: only a first system message
/// counts, content is never trimmed, the results of tools share one user turn, and media stand in turns of the user and in results only.
/// </summary>
public static class Qwen3VlPrompt
{
    private const string VisionStart = "<|vision_start|>";
    private const string VisionEnd = "<|vision_end|>";
    private const string ImagePad = "<|image_pad|>";
    private const string VideoPad = "<|video_pad|>";
    private const string EndOfTurn = "<|im_end|>\n";

    /// <param name="addGenerationPrompt">Ends with the opening of the model's turn.</param>
    public static ImmutableArray<PromptPart> Render(Conversation conversation, bool addGenerationPrompt = true)
    {
        var messages = conversation.Messages;
        var parts = new List<PromptPart>(SystemTurn(messages.FirstOrDefault(), conversation.Tools));
        for (var i = 0; i < messages.Length; i++)
        {
            parts.AddRange(messages[i].Role switch
            {
                Role.System => [],
                Role.User => [Open("user"), .. Content(messages[i]), Close],
                Role.Assistant => [Open("assistant"), .. Answer(messages[i]), Close],
                Role.Tool => Result(messages, i),
                _ => throw new System.Diagnostics.UnreachableException(),
            });
        }
        if (addGenerationPrompt)
        {
            parts.Add(Open("assistant"));
        }
        return [.. parts];
    }

    /// <summary>The prompt as the template writes it, with one token for each medium.</summary>
    public static string Text(ImmutableArray<PromptPart> prompt) => string.Concat(prompt.Select(part => part switch
    {
        PromptPart.Template template => template.Value,
        PromptPart.Literal literal => literal.Value,
        PromptPart.Image => VisionStart + ImagePad + VisionEnd,
        PromptPart.Video => VisionStart + VideoPad + VisionEnd,
        _ => throw new System.Diagnostics.UnreachableException(),
    }));

    /// <summary>
    /// Expands media and tokenizes. A video becomes its groups of frames, each behind its own label and within its own start and end, as
    /// the model was released with.
    /// </summary>
    /// <param name="media">By the index of the conversation's media.</param>
    public static TokenizedPrompt Tokenize(
        ImmutableArray<PromptPart> prompt, HuggingFaceTokenizer tokenizer, IReadOnlyDictionary<int, MediaTokens> media)
    {
        var text = new PromptText();
        foreach (var part in prompt)
        {
            _ = part switch
            {
                PromptPart.Template template => text.Template(template.Value),
                PromptPart.Literal literal => text.Literal(literal.Value),
                PromptPart.Image image => Expand(text, image.Index, media[image.Index]),
                PromptPart.Video video => Expand(text, video.Index, media[video.Index]),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        return text.Tokenize(tokenizer);
    }

    private static PromptPart Close { get; } = new PromptPart.Template(EndOfTurn);

    private static PromptPart.Template Open(string role) => new($"<|im_start|>{role}\n");

    private static PromptText Expand(PromptText text, int index, MediaTokens tokens)
    {
        switch (tokens)
        {
            case MediaTokens.Image image:
                return text.Template(VisionStart).Media(index, ImagePad, image.Length).Template(VisionEnd);
            case MediaTokens.Video video:
                foreach (var (group, label) in video.GroupLabels.Index())
                {
                    text.Template(label + VisionStart).Media(index, VideoPad, video.GroupLength, group).Template(VisionEnd);
                }
                return text;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static IEnumerable<PromptPart> SystemTurn(ChatMessage? first, ImmutableArray<ToolDefinition> tools)
    {
        var system = first is { Role: Role.System } ? first : null;
        if (tools.IsEmpty)
        {
            return system is null ? [] : [Open("system"), .. Texts(system), Close];
        }
        return
        [
            Open("system"),
            .. system is null ? [] : (PromptPart[])[.. Texts(system), new PromptPart.Template("\n\n")],
            .. Qwen3VlTools.Block(tools),
            Close,
        ];
    }

    private static IEnumerable<PromptPart> Answer(ChatMessage message)
    {
        PromptPart[] content = [.. Texts(message)];
        return
        [
            .. content,
            .. message.ToolCalls.SelectMany((call, i) =>
                Qwen3VlTools.Call(call, startsOnNewLine: i > 0 || content.Any(part => part is PromptPart.Literal { Value.Length: > 0 }))),
        ];
    }

    private static IEnumerable<PromptPart> Result(ImmutableArray<ChatMessage> messages, int i)
    {
        var isFirst = i == 0 || messages[i - 1].Role != Role.Tool;
        var isLast = i == messages.Length - 1 || messages[i + 1].Role != Role.Tool;
        return
        [
            new PromptPart.Template($"{(isFirst ? "<|im_start|>user" : "")}\n<tool_response>\n"),
            .. Content(messages[i]),
            new PromptPart.Template($"\n</tool_response>{(isLast ? EndOfTurn : "")}"),
        ];
    }

    /// <summary>Text and media.</summary>
    private static IEnumerable<PromptPart> Content(ChatMessage message) => message.Parts.Select(PromptPart? (part) => part switch
    {
        ContentPart.Text text => new PromptPart.Literal(text.Value),
        ContentPart.Image image => new PromptPart.Image(image.Index),
        ContentPart.Video video => new PromptPart.Video(video.Index),
        ContentPart.Audio => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    }).OfType<PromptPart>();

    /// <summary>Text alone, where the template shows nothing else.</summary>
    private static IEnumerable<PromptPart> Texts(ChatMessage message) =>
        message.Parts.OfType<ContentPart.Text>().Select(text => new PromptPart.Literal(text.Value));
}
