using System.ClientModel;
using System.Text.Json;
using MlxActors.Web.Tests.Serving;
using OpenAI;
using OpenAI.Chat;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>The official OpenAI client for .NET: answers to a schema, and what it makes of streams and errors beside.</summary>
[Collection(DemoServer.Collection)]
public sealed class OfficialStructuredOutputTests(DemoServer server)
{
    private const string Question = "Give me JSON with name Anna and age 30.";

    private static readonly BinaryData Person = BinaryData.FromString(
        """
        {"type": "object",
         "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer", "minimum": 0, "maximum": 130}},
         "required": ["name", "age"], "additionalProperties": false}
        """);

    [Fact]
    public async Task Chat_WithASchema_AnswersToIt_WholeAndStreamed()
    {
        var options = new ChatCompletionOptions
        {
            Temperature = 0,
            MaxOutputTokenCount = 200,
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("person", Person, jsonSchemaIsStrict: true),
        };

        var whole = (await Client().CompleteChatAsync([new UserChatMessage(Question)], options)).Value;
        var streamed = new List<string>();
        await foreach (var update in Client().CompleteChatStreamingAsync([new UserChatMessage(Question)], options))
        {
            streamed.AddRange(update.ContentUpdate.Select(part => part.Text));
        }

        AssertPerson(whole.Content.Single().Text);
        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
        Assert.Equal(whole.Content.Single().Text, string.Concat(streamed));
    }

    [Fact]
    public async Task Chat_WithASchemaThatIsNotSupported_IsTheClientsException()
    {
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
                "list", BinaryData.FromString("""{"type": "array", "uniqueItems": true}"""), jsonSchemaIsStrict: true),
        };

        var exception = await Assert.ThrowsAsync<ClientResultException>(
            () => Client().CompleteChatAsync([new UserChatMessage(Question)], options));

        Assert.Equal(400, exception.Status);
        Assert.Contains("uniqueItems", exception.Message);
    }

    [Fact]
    public async Task Chat_StreamedWithLogprobs_TellsTheSameAsWhole()
    {
        var options = new ChatCompletionOptions { Temperature = 0, IncludeLogProbabilities = true, TopLogProbabilityCount = 1 };
        List<ChatMessage> messages = [new UserChatMessage("Count from 3 to 9.")];

        var whole = (await Client().CompleteChatAsync(messages, options)).Value.ContentTokenLogProbabilities;
        var streamed = new List<ChatTokenLogProbabilityDetails>();
        await foreach (var update in Client().CompleteChatStreamingAsync(messages, options))
        {
            streamed.AddRange(update.ContentTokenLogProbabilities);
        }

        Assert.NotEmpty(whole);
        Assert.Equal(
            whole.Select(token => (token.Token, token.LogProbability)), streamed.Select(token => (token.Token, token.LogProbability)));
    }

    [Fact]
    public async Task Chat_WithAWrongKey_IsTheClientsException()
    {
        await using var guarded = await TestServer.StartAsync(new Script(), """mlxactors.http.api-keys = ["sk-right"]""");

        var exception = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(guarded.Address, "sk-wrong").CompleteChatAsync([new UserChatMessage("Hello")]));

        Assert.Equal(401, exception.Status);
        Assert.Contains("invalid_api_key", exception.Message);
    }

    private static void AssertPerson(string text)
    {
        var person = JsonElement.Parse(text);
        Assert.InRange(person.GetProperty("name").GetString()!.Length, 0, 20);
        Assert.InRange(person.GetProperty("age").GetInt32(), 0, 130);
    }

    private static ChatClient Client(Uri address, string key) =>
        new("demo", new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(address, "v1") });

    private ChatClient Client() => Client(server.Address, "none");
}
