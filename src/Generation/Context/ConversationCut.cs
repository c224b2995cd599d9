using System.Collections.Immutable;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Context;

/// <summary>A conversation parted in what a summary may stand for and what stays as it is.</summary>
/// <param name="System">System messages, which stay at the head.</param>
/// <param name="Older">To be summarised; never empty.</param>
/// <param name="Kept">
/// The last messages; the first of them is no tool's result without its call. Where the last ones do not begin with the user, who opens
/// every conversation in some templates, the user's message before them stays too.
/// </param>
public sealed record ConversationCut(
    ImmutableArray<ChatMessage> System, ImmutableArray<ChatMessage> Older, ImmutableArray<ChatMessage> Kept)
{
    /// <summary>Whether all that is kept came after all that is not.</summary>
    public bool IsInOrder { get; private init; } = true;

    /// <summary>The messages at the end that are never summarised.</summary>
    public const int LastMessages = 6;

    private const string SummaryHeading = "Summary of the earlier conversation:\n";

    /// <returns>Null when all messages have to stay.</returns>
    public static ConversationCut? Of(ImmutableArray<ChatMessage> messages)
    {
        var talk = messages.Where(message => message.Role is not Role.System).ToImmutableArray();
        var cut = Math.Max(0, talk.Length - LastMessages);
        while (cut > 0 && talk[cut].Role is Role.Tool)
        {
            cut--;
        }
        var (older, kept, inOrder) = (talk[..cut], talk[cut..], true);
        if (cut > 0 && kept[0].Role is not Role.User
            && older.LastOrDefault(message => message.Role is Role.User) is { } question)
        {
            var place = older.LastIndexOf(question);
            (older, kept, inOrder) = (older.RemoveAt(place), kept.Insert(0, question), place == cut - 1);
        }
        return older.IsEmpty
            ? null
            : new ConversationCut([.. messages.Where(message => message.Role is Role.System)], older, kept) { IsInOrder = inOrder };
    }

    /// <summary>How a summary stands before what follows it.</summary>
    public static string Headed(string summary) => SummaryHeading + summary;

    /// <summary>The messages with a summary in the place of the older ones: behind the caller's own system text, after a blank line.</summary>
    public ImmutableArray<ChatMessage> With(string summary) => [.. Head(summary), .. Kept];

    /// <summary>
    /// The messages with the summary of an earlier turn, that of the first <paramref name="count"/> older ones, and all since then.
    /// </summary>
    /// <returns>Null when what would follow it is not a conversation in its order, opened by the user.</returns>
    public ImmutableArray<ChatMessage>? With(string summary, int count) =>
        count == Older.Length ? With(summary)
        : IsInOrder && Older[count].Role is Role.User ? [.. Head(summary), .. Older[count..], .. Kept]
        : null;

    private ImmutableArray<ChatMessage> Head(string summary) => System is [.. var before, var last]
        ? [.. before, Append(last, "\n\n" + Headed(summary))]
        : [ChatMessage.Of(Role.System, Headed(summary))];

    // Templates that show one part of a system message show the first.
    private static ChatMessage Append(ChatMessage system, string text) =>
        system.Parts.FirstOrDefault() is ContentPart.Text first
            ? system with { Parts = system.Parts.SetItem(0, new ContentPart.Text(first.Value + text)) }
            : system with { Parts = system.Parts.Insert(0, new ContentPart.Text(text.TrimStart())) };
}
