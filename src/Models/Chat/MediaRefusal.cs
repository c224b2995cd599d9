namespace MlxActors.Models.Chat;

/// <summary>What is said of media that a model does not take in.</summary>
public static class MediaRefusal
{
    /// <summary>The fault of the first part that needs more than <paramref name="taken"/>; null when there is none.</summary>
    public static PromptError? Refuse(this Conversation conversation, Capabilities taken) => conversation.Messages
        .SelectMany(message => message.Parts)
        .Select(part => part switch
        {
            ContentPart.Text => null,
            ContentPart.Image image => Refuse(conversation, image.Index, "images", Capabilities.Vision, taken),
            ContentPart.Audio audio => Refuse(conversation, audio.Index, "audio", Capabilities.Audio, taken),
            ContentPart.Video video => Refuse(conversation, video.Index, "video", Capabilities.Video, taken),
            _ => throw new System.Diagnostics.UnreachableException(),
        })
        .FirstOrDefault(error => error is not null);

    private static PromptError? Refuse(Conversation conversation, int index, string medium, Capabilities needed, Capabilities taken) =>
        taken.HasFlag(needed)
            ? null
            : new PromptError($"This model takes no {medium}: it takes {Describe(taken)}.", conversation.Media[index].Field);

    private static string Describe(Capabilities taken)
    {
        string[] media =
        [
            "text",
            .. taken.HasFlag(Capabilities.Vision) ? ["images"] : Array.Empty<string>(),
            .. taken.HasFlag(Capabilities.Audio) ? ["audio"] : Array.Empty<string>(),
            .. taken.HasFlag(Capabilities.Video) ? ["video"] : Array.Empty<string>(),
        ];
        return media is [var alone] ? $"{alone} only" : $"{string.Join(", ", media[..^1])} and {media[^1]}";
    }
}
