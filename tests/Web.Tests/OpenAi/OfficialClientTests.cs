using System.ClientModel;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;
using OpenAI;
using OpenAI.Chat;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>The official OpenAI client for .NET against the demo model.</summary>
[Collection(DemoServer.Collection)]
public sealed class OfficialClientTests(DemoServer server)
{
    private static readonly ChatCompletionOptions Greedy = new() { Temperature = 0 };

    private static readonly BinaryData Weather = BinaryData.FromString(
        """{"type": "object", "properties": {"city": {"type": "string", "description": "The city"}}, "required": ["city"]}""");

    private OpenAIClient Client => new(
        new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "v1") });

    [Fact]
    public async Task Chat_AnswersAndCounts()
    {
        var completion = (await Client.GetChatClient("demo").CompleteChatAsync([new UserChatMessage("Count from 3 to 9.")], Greedy)).Value;

        Assert.Equal("3, 4, 5, 6, 7, 8, 9", completion.Content.Single().Text);
        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.Equal((17, 20), (completion.Usage.InputTokenCount, completion.Usage.OutputTokenCount));
    }

    [Fact]
    public async Task Chat_Streamed_GivesTheSameTextAndUsage()
    {
        var text = new List<string>();
        ChatTokenUsage? usage = null;
        var updates = Client.GetChatClient("demo").CompleteChatStreamingAsync([new UserChatMessage("Count from 3 to 9.")], Greedy);
        await foreach (var update in updates)
        {
            text.AddRange(update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
        }

        Assert.Equal("3, 4, 5, 6, 7, 8, 9", string.Concat(text));
        Assert.Equal(20, usage?.OutputTokenCount);
    }

    [Fact]
    public async Task Chat_CutByTheTokenLimit_SaysLength()
    {
        var completion = (await Client.GetChatClient("demo").CompleteChatAsync(
            [new SystemChatMessage("Be brief."), new UserChatMessage("Tell me a story.")],
            new ChatCompletionOptions { Temperature = 0, MaxOutputTokenCount = 3 })).Value;

        Assert.Equal((ChatFinishReason.Length, 3), (completion.FinishReason, completion.Usage.OutputTokenCount));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_WithTools_CallsOneAndAnswersWithItsResult(bool streamed)
    {
        var chat = Client.GetChatClient("demo");
        var tool = ChatTool.CreateFunctionTool("get_weather", "Current weather in a city", Weather);
        var options = new ChatCompletionOptions { Temperature = 0, Tools = { tool } };
        List<ChatMessage> messages = [new UserChatMessage("Is it raining in Athens?")];

        var (reason, calls) = streamed
            ? await StreamedCalls(chat.CompleteChatStreamingAsync(messages, options))
            : Calls((await chat.CompleteChatAsync(messages, options)).Value);
        messages.Add(new AssistantChatMessage(calls));
        messages.Add(new ToolChatMessage(calls[0].Id, """{"temperature": 21, "condition": "sunny"}"""));
        var answer = (await chat.CompleteChatAsync(messages, options)).Value;

        Assert.Equal(ChatFinishReason.ToolCalls, reason);
        Assert.Equal(("get_weather", """{"city": "Athens"}"""), (calls.Single().FunctionName, calls.Single().FunctionArguments.ToString()));
        Assert.Equal("It is sunny in Athens, 21 degrees.", answer.Content.Single().Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
    }

    [Fact]
    public async Task Chat_WithLogprobs_TellsEachToken()
    {
        var completion = (await Client.GetChatClient("demo").CompleteChatAsync(
            [new UserChatMessage("Count from 3 to 9.")],
            new ChatCompletionOptions { Temperature = 0, IncludeLogProbabilities = true, TopLogProbabilityCount = 2 })).Value;

        var tokens = completion.ContentTokenLogProbabilities;
        Assert.Equal("3, 4, 5, 6, 7, 8, 9", string.Concat(tokens.Select(token => token.Token)));
        Assert.Equal("3, 4, 5, 6, 7, 8, 9"u8.ToArray(), tokens.SelectMany(token => token.Utf8Bytes!.Value.ToArray()));
        Assert.All(tokens, token =>
        {
            Assert.InRange(token.LogProbability, -1, 0);
            Assert.Equal((2, token.Token, token.LogProbability), (
                token.TopLogProbabilities.Count, token.TopLogProbabilities[0].Token, token.TopLogProbabilities[0].LogProbability));
        });
    }

    [SkippableFact]
    public async Task Chat_WithAnImage_Sees()
    {
        var image = Directory.Exists(Goldens.PathOf("demo", "images"))
            ? Directory.EnumerateFiles(Goldens.PathOf("demo", "images"), "*.png").Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        Skip.If(image is null, "no image of the demo conversations");

        var completion = (await Client.GetChatClient("demo").CompleteChatAsync(
            [
                new UserChatMessage(
                    ChatMessageContentPart.CreateTextPart("What do you see?"),
                    ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(await File.ReadAllBytesAsync(image)), "image/png")),
            ],
            Greedy)).Value;

        Assert.Matches("circle|square|triangle", completion.Content.Single().Text);
    }

    [Fact]
    public async Task Chat_WithAnUnknownModel_IsTheClientsException()
    {
        var exception = await Assert.ThrowsAsync<ClientResultException>(
            () => Client.GetChatClient("nobody/nothing").CompleteChatAsync([new UserChatMessage("hi")]));

        Assert.Equal(404, exception.Status);
        Assert.Contains("model_not_found", exception.Message);
    }

    [Fact]
    public async Task Models_AreListed() =>
        Assert.Contains((await Client.GetOpenAIModelClient().GetModelsAsync()).Value, model => model.Id == "demo");

    private static (ChatFinishReason? Reason, List<ChatToolCall> Calls) Calls(ChatCompletion completion) =>
        (completion.FinishReason, [.. completion.ToolCalls]);

    private static async Task<(ChatFinishReason? Reason, List<ChatToolCall> Calls)> StreamedCalls(
        IAsyncEnumerable<StreamingChatCompletionUpdate> updates)
    {
        ChatFinishReason? reason = null;
        var parts = new List<StreamingChatToolCallUpdate>();
        await foreach (var update in updates)
        {
            reason = update.FinishReason ?? reason;
            parts.AddRange(update.ToolCallUpdates);
        }
        return (reason, [.. parts.GroupBy(part => part.Index).Select(Call)]);
    }

    private static ChatToolCall Call(IEnumerable<StreamingChatToolCallUpdate> parts) => ChatToolCall.CreateFunctionToolCall(
        parts.First().ToolCallId,
        parts.First().FunctionName,
        BinaryData.FromString(string.Concat(parts.Select(part => part.FunctionArgumentsUpdate.ToString()))));
}
