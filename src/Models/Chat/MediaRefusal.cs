namespace MlxActors.Models.Chat;

/// <summary>What is said of media that a model does not take in.</summary>
public static class MediaRefusal
{
    private const string NoImages = "This model takes no images: its checkpoint holds no vision tower.";

    /// <summary>The fault of the first part that needs more than <paramref name="taken"/>; null when there is none.</summary>
    public static PromptError? Refuse(this Conversation conversation, Capabilities taken) => conversation.Messages
        .SelectMany(message => message.Parts)
        .Select(part => part switch
        {
            ContentPart.Text => null,
            ContentPart.Image image => Refuse(conversation, image.Index, taken.HasFlag(Capabilities.Vision), NoImages),
            ContentPart.Audio audio => Refuse(conversation, audio.Index, taken.HasFlag(Capabilities.Audio), "This model takes no audio."),
            ContentPart.Video video => Refuse(conversation, video.Index, taken.HasFlag(Capabilities.Video), "This model takes no video."),
            _ => throw new System.Diagnostics.UnreachableException(),
        })
        .FirstOrDefault(error => error is not null);

    private static PromptError? Refuse(Conversation conversation, int index, bool isTaken, string message) =>
        isTaken ? null : new PromptError(message, conversation.Media[index].Field);
}
