using System.ClientModel;
using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;
using OpenAI;

namespace MlxActors.Web.Tests.Clients;

/// <summary>Microsoft.Extensions.AI's chat client over the official OpenAI client, against the server.</summary>
[Collection(DemoServer.Collection)]
public sealed class ExtensionsAiTests(DemoServer server)
{
    private static readonly ChatOptions Greedy = new() { Temperature = 0 };

    [Fact]
    public async Task Stream_AndResponse_SayTheSame()
    {
        var client = Client("demo");

        var response = await client.GetResponseAsync("Count from 3 to 9.", Greedy);
        var updates = await client.GetStreamingResponseAsync("Count from 3 to 9.", Greedy).ToListAsync();

        Assert.Equal("3, 4, 5, 6, 7, 8, 9", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(response.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(response.Usage!.TotalTokenCount, updates.ToChatResponse().Usage!.TotalTokenCount);
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("demo-qwen")]
    public async Task Function_IsInvoked_AndItsResultAnswered(string model)
    {
        var asked = new List<string>();
        var weather = AIFunctionFactory.Create(
            ([Description("The city")] string city) =>
            {
                asked.Add(city);
                return new { temperature = 31, condition = "sunny" };
            },
            "get_current_weather",
            "Current weather in a city");
        using var client = Client(model).AsBuilder().UseFunctionInvocation().Build();

        var response = await client.GetStreamingResponseAsync("Is it raining in Athens?", new ChatOptions { Temperature = 0, Tools = [weather] })
            .ToChatResponseAsync();

        Assert.Equal(["Athens"], asked);
        Assert.Contains("31", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StructuredOutput_ComesAsAnObject()
    {
        var person = await Client("demo").GetResponseAsync<Person>(
            "Give me JSON with name Anna and age 30.", new ChatOptions { Temperature = 0, MaxOutputTokens = 200 });

        Assert.True(person.TryGetResult(out var result), person.Text);
        Assert.NotNull(result.Name);
    }

    [SkippableFact]
    public async Task Image_IsSeen()
    {
        var file = Goldens.PathOf(Goldens.SkipWhenNone("demo/images/demo-017-0.png", "demo"));
        var question = new ChatMessage(
            ChatRole.User, [new DataContent(await File.ReadAllBytesAsync(file), "image/png"), new TextContent("What color is the background?")]);

        var response = await Client("demo").GetResponseAsync(question, Greedy);

        Assert.Equal("The background is black.", response.Text);
    }

    private IChatClient Client(string model) => new OpenAIClient(
        new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "v1") })
        .GetChatClient(model).AsIChatClient();

    private sealed record Person([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("age")] int Age);
}
