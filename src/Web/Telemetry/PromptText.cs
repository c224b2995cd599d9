using System.Diagnostics;
using MlxActors.Models.Chat;

namespace MlxActors.Web.Telemetry;

/// <summary>A prompt as the log shows it, when it is asked to.</summary>
internal static class PromptText
{
    public static string Of(Prompt prompt) => prompt switch
    {
        Conversation conversation => string.Join('\n', conversation.Messages.Select(message =>
            $"{message.Role.ToString().ToLowerInvariant()}: "
            + string.Concat(message.Parts.Select(part => part is ContentPart.Text text ? text.Value : $"<{part.GetType().Name}>")))),
        RawText text => text.Value,
        RawTokens tokens => string.Join(' ', tokens.Ids),
        _ => throw new UnreachableException(),
    };
}
