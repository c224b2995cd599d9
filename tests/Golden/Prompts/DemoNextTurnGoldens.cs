using System.Collections.Immutable;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;

namespace MlxActors.Golden.Prompts;

/// <summary>
/// The next turn of each demo conversation, as a client sends it that knows the answer as the API gave it: it begins with the ids that
/// the reference's prompt and reply had, up to the one that ended the turn. The prefix cache lives on this.
/// </summary>
public sealed class DemoNextTurnGoldens
{
    private const string Folder = "demo";

    public static TheoryData<string?> Cases => PromptRows.CasesOf(Folder, "*.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Prepare_NextTurn_BeginsWithTheIdsOfTheAnswer(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Folder));
        var processor = DemoReplyGoldens.ModelOf(name!).Processor;
        var conversation = ConversationJson.Read(row, url => File.ReadAllBytes(Goldens.PathOf(Folder, url)));
        var reply = PromptRows.Ids(row.GetProperty("reply_ids")).ToImmutableArray();

        var prompt = DemoReplyGoldens.Ok(processor.Prepare(
            Next(conversation, Read(processor, conversation, reply)), new MediaDecoder(ImageLimits.Default), default));

        int[] read = [.. PromptRows.Ids(row.GetProperty("prompt_ids")), .. reply[..^1]];
        Assert.Equal(read, prompt.Tokens.Take(read.Length));
    }

    /// <summary>The reply as the API tells it: text and calls.</summary>
    private static ChatMessage Read(IProcessor processor, Conversation conversation, ImmutableArray<int> reply)
    {
        var answer = new AnswerText(processor.NewDecoder(), StopText.Of([]), processor.NewParser(conversation.Tools, single: false));
        var pieces = reply.Select((id, index) => answer.Add(id, index == reply.Length - 1 ? Generation.FinishReason.Stop : null)).ToArray();
        var text = string.Concat(pieces.Select(piece => piece.Text));
        return new ChatMessage(
            Role.Assistant,
            text.Length == 0 ? [] : [new ContentPart.Text(text)],
            [.. pieces.SelectMany(piece => piece.Calls).Select((call, index) => new ToolCall($"call_{index}", call.Name, call.Arguments))]);
    }

    private static Conversation Next(Conversation conversation, ChatMessage reply) => conversation with
    {
        Messages =
        [
            .. conversation.Messages,
            reply,
            .. reply.ToolCalls.Select(call => new ChatMessage(Role.Tool, [new ContentPart.Text("42")], [], call.Id)),
            .. reply.ToolCalls.IsEmpty ? [ChatMessage.Of(Role.User, "And now?")] : ImmutableArray<ChatMessage>.Empty,
        ],
    };
}
