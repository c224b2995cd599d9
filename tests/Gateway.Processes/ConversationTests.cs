using System.Text.Json.Nodes;
using MlxActors.Gateway.Processes.Programs;
using MlxActors.Gateway.Processes.Requests;
using Xunit.Abstractions;

namespace MlxActors.Gateway.Processes;

[Collection(Cluster.Collection)]
public sealed class ConversationTests(Cluster cluster, ITestOutputHelper output)
{
    private const int Conversations = 9;
    private const int Turns = 4;
    private const double Share = 0.95;

    [SkippableFact]
    public async Task Turns_OfConversationsAtOnce_HitTheirPrefixAsOnASingleNode()
    {
        await cluster.HealAsync();
        await using var single = cluster.NewNode("single");
        await single.StartAsync();
        await single.WarmAsync();

        var onOne = await TalkAsync(single.Http);
        var onThree = await TalkAsync(cluster.Http);

        output.WriteLine(
            $"{Conversations} conversations of {Turns} turns, {onOne.Prompt} tokens of prompts: {onOne.Cached} cached on one node, {onThree.Cached} on "
            + $"{cluster.All.Count} behind the gateway");
        Assert.Equal(onOne.Prompt, onThree.Prompt);
        Assert.True(onOne.Cached > onOne.Prompt / 3, "the conversations have hardly anything to keep");
        Assert.InRange(onThree.Cached, Share * onOne.Cached, double.MaxValue);
    }

    private static async Task<(int Prompt, int Cached)> TalkAsync(HttpClient http)
    {
        var talks = await Task.WhenAll(Enumerable.Range(0, Conversations).Select(number => TalkAsync(http, number)));
        return (talks.Sum(talk => talk.Prompt), talks.Sum(talk => talk.Cached));
    }

    /// <summary>One conversation, turn after turn, the answers in it: at temperature 0 the same each time.</summary>
    private static async Task<(int Prompt, int Cached)> TalkAsync(HttpClient http, int number)
    {
        // Nothing is alike at the beginning of two of them, or what one has read would serve another.
        List<JsonNode> messages = [ChatClient.Message("system", $"{number} is the number of this conversation. Answer in one sentence.")];
        var (prompt, cached) = (0, 0);
        for (var turn = 0; turn < Turns; turn++)
        {
            messages.Add(ChatClient.Message("user", $"Tell me about {turn + 10 * number}, and about what comes after it."));
            var body = ChatClient.Request(messages.Select(message => message.DeepClone()), stream: turn % 2 == 0, model: "demo", maxTokens: 40);
            var answer = Assert.IsType<Ending.Answered>(await ChatClient.AskAsync(http, body));
            messages.Add(ChatClient.Message("assistant", answer.Text));
            (prompt, cached) = (prompt + answer.PromptTokens, cached + answer.CachedTokens);
        }
        return (prompt, cached);
    }
}
