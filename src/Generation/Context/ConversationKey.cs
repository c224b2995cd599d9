using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Context;

/// <summary>Names the messages that a conversation begins with, by their content.</summary>
public readonly record struct ConversationKey(UInt128 Value)
{
    /// <summary>A key for each number of messages: the first for one, the last for all.</summary>
    /// <param name="media">The files that the messages point to.</param>
    public static ImmutableArray<ConversationKey> Prefixes(ImmutableArray<ChatMessage> messages, ImmutableArray<MediaSource> media)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var keys = ImmutableArray.CreateBuilder<ConversationKey>(messages.Length);
        foreach (var message in messages)
        {
            Add(hash, message.Role.ToString());
            foreach (var part in message.Parts)
            {
                Add(hash, part, media);
            }
            foreach (var call in message.ToolCalls)
            {
                Add(hash, "call");
                Add(hash, call.Name);
                Add(hash, call.Arguments);
            }
            keys.Add(new ConversationKey(BitConverter.ToUInt128(hash.GetCurrentHash())));
        }
        return keys.MoveToImmutable();
    }

    private static void Add(IncrementalHash hash, ContentPart part, ImmutableArray<MediaSource> media)
    {
        Add(hash, part.GetType().Name);
        switch (part)
        {
            case ContentPart.Text(var text):
                Add(hash, text);
                break;
            case ContentPart.Image(var index):
                Add(hash, media[index].Content.Span);
                break;
            case ContentPart.Audio(var index):
                Add(hash, media[index].Content.Span);
                break;
            case ContentPart.Video(var index):
                Add(hash, media[index].Content.Span);
                break;
        }
    }

    private static void Add(IncrementalHash hash, string text) => Add(hash, Encoding.UTF8.GetBytes(text));

    // With its length, so that no two sequences of parts have the same bytes.
    private static void Add(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
