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
}
