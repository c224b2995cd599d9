using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using MlxActors.Generation;
using MlxActors.Golden;

namespace MlxActors.InProcess.Tests;

/// <summary>The engine as a chat client of .NET programs, on the demo models.</summary>
[Collection(DemoEngine.Collection)]
public sealed class MlxChatClientTests(DemoEngine demo)
{
    private static readonly ChatOptions Greedy = new() { Temperature = 0 };

    [Theory]
    [InlineData("demo")]
    [InlineData("demo-qwen")]
    public async Task Response_OfAnyModel_HasTextUsageAndReason(string model)
    {
        var response = await demo.Client.GetResponseAsync("Count from 3 to 9.", new ChatOptions { Temperature = 0, ModelId = model });

        Assert.Equal("3, 4, 5, 6, 7, 8, 9", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(model, response.ModelId);
        Assert.Equal(response.Usage!.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
        Assert.True(response.Usage.OutputTokenCount > 10);
    }

    [Fact]
    public async Task Stream_SaysTheSameInPieces()
    {
        var updates = await demo.Client.GetStreamingResponseAsync("Count from 3 to 9.", Greedy).ToListAsync();

        Assert.True(updates.Count > 5);
        Assert.Equal("3, 4, 5, 6, 7, 8, 9", string.Concat(updates.Select(update => update.Text)));
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
    }

    [Fact]
    public async Task Conversation_IsRemembered_AndReadOnlyOnce()
    {
        List<ChatMessage> messages = [new(ChatRole.User, "My name is Rosa.")];
        messages.AddMessages(await demo.Client.GetResponseAsync(messages, Greedy));
        messages.Add(new ChatMessage(ChatRole.User, "What is my name?"));

        var response = await demo.Client.GetResponseAsync(messages, Greedy);

        Assert.Equal("Your name is Rosa.", response.Text);
        Assert.True(response.Usage!.CachedInputTokenCount > response.Usage.InputTokenCount / 2);
    }

    [SkippableFact]
    public async Task Image_IsSeen()
    {
        var file = Goldens.PathOf(Goldens.SkipWhenNone("demo/images/demo-017-0.png", "demo"));
        var question = new ChatMessage(
            ChatRole.User, [new DataContent(await File.ReadAllBytesAsync(file), "image/png"), new TextContent("What color is the background?")]);

        var response = await demo.Client.GetResponseAsync(question, Greedy);

        Assert.Equal("The background is black.", response.Text);
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("demo-qwen")]
    public async Task Function_IsCalled_AndItsResultAnswered(string model)
    {
        var asked = new List<string>();
        var weather = AIFunctionFactory.Create(
            ([Description("The city")] string city) =>
            {
                asked.Add(city);
                return """{"temperature": 31, "condition": "sunny"}""";
            },
            "get_current_weather",
            "Current weather in a city");
        using var client = demo.Client.AsBuilder().UseFunctionInvocation().Build();

        var response = await client.GetResponseAsync(
            "Is it raining in Athens?", new ChatOptions { Temperature = 0, Tools = [weather], ModelId = model });

        Assert.Equal(["Athens"], asked);
        Assert.Contains("sunny", response.Text, StringComparison.Ordinal);
        Assert.Equal(
            [ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant], response.Messages.Select(message => message.Role));
    }

    [Fact]
    public async Task FunctionThatMustBeCalled_Is()
    {
        var timer = AIFunctionFactory.Create((int minutes) => minutes, "set_timer", "Set a timer");
        var options = new ChatOptions { Temperature = 0, Tools = [timer], ToolMode = ChatToolMode.RequireSpecific("set_timer"), MaxOutputTokens = 60 };

        var response = await demo.Client.GetResponseAsync("Hello", options);

        var call = Assert.Single(response.Messages.Single().Contents.OfType<FunctionCallContent>());
        Assert.Equal("set_timer", call.Name);
        Assert.Equal(JsonValueKind.Number, Assert.IsType<JsonElement>(call.Arguments!["minutes"]).ValueKind);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
    }

    [Fact]
    public async Task AnswerToASchema_FitsIt()
    {
        var schema = JsonElement.Parse(
            """
            {"type": "object",
             "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer", "minimum": 0, "maximum": 130}},
             "required": ["name", "age"], "additionalProperties": false}
            """);
        var options = new ChatOptions { Temperature = 0, ResponseFormat = ChatResponseFormat.ForJsonSchema(schema), MaxOutputTokens = 200 };

        var response = await demo.Client.GetResponseAsync("Give me JSON with name Anna and age 30.", options);

        var person = JsonElement.Parse(response.Text);
        Assert.Equal(JsonValueKind.String, person.GetProperty("name").ValueKind);
        Assert.InRange(person.GetProperty("age").GetInt32(), 0, 130);
    }

    [Fact]
    public async Task Options_EndAnswersEarly()
    {
        var length = await demo.Client.GetResponseAsync("Count from 3 to 9.", new ChatOptions { Temperature = 0, MaxOutputTokens = 4 });
        var stop = await demo.Client.GetResponseAsync("Count from 3 to 9.", new ChatOptions { Temperature = 0, StopSequences = ["6"] });

        Assert.Equal(ChatFinishReason.Length, length.FinishReason);
        Assert.Equal(4, length.Usage!.OutputTokenCount);
        Assert.Equal("3, 4, 5, ", stop.Text);
    }

    [Fact]
    public async Task Instructions_ComeBeforeTheMessages()
    {
        var instructed = await demo.Client.GetResponseAsync("Hello", new ChatOptions { Temperature = 0, Instructions = "Be brief." });
        var told = await demo.Client.GetResponseAsync(
            [new ChatMessage(ChatRole.System, "Be brief."), new ChatMessage(ChatRole.User, "Hello")], Greedy);

        Assert.Equal((told.Text, told.Usage!.InputTokenCount), (instructed.Text, instructed.Usage!.InputTokenCount));
    }

    [Fact]
    public async Task Calls_AtOnce_GetTheirOwnAnswers()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => demo.Client.GetResponseAsync("Count from 3 to 9.", Greedy)));

        Assert.All(answers, answer => Assert.Equal("3, 4, 5, 6, 7, 8, 9", answer.Text));
    }

    [Fact]
    public async Task Cancellation_EndsTheStream()
    {
        using var cancellation = new CancellationTokenSource();
        var seen = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in demo.Client.GetStreamingResponseAsync("Tell me a story.", Greedy, cancellation.Token))
            {
                seen++;
                await cancellation.CancelAsync();
            }
        });

        Assert.True(seen > 0);
    }

    [Fact]
    public async Task UnknownModel_IsTheEnginesError()
    {
        var error = await Assert.ThrowsAsync<MlxEngineException>(
            () => demo.Client.GetResponseAsync("Hello", new ChatOptions { ModelId = "no-such-model" }));

        Assert.IsType<GenerationError.ModelNotFound>(error.Error);
        Assert.Contains("no-such-model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Medium_ThatTheModelLacks_IsTheEnginesError()
    {
        var question = new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "audio/wav")]);

        var error = await Assert.ThrowsAsync<MlxEngineException>(() => demo.Client.GetResponseAsync(question, Greedy));

        Assert.IsType<GenerationError.InvalidPrompt>(error.Error);
    }

    public static TheoryData<ChatMessage, ChatOptions, string> Unfit => new()
    {
        { new(ChatRole.User, "Hello"), new ChatOptions { ConversationId = "7" }, "conversation id" },
        { new(ChatRole.User, "Hello"), new ChatOptions { Tools = [new HostedWebSearchTool()] }, "functions only" },
        { new(ChatRole.User, [new UriContent("http://example.com/a.png", "image/png")]), Greedy, "http://example.com/a.png" },
        { new(ChatRole.User, [new DataContent(new byte[] { 1 }, "application/pdf")]), Greedy, "application/pdf" },
        { new(new ChatRole("critic"), "Hello"), Greedy, "critic" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task WhatTheEngineHasNoUseFor_IsRefusedByName(ChatMessage message, ChatOptions options, string named)
    {
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => demo.Client.GetResponseAsync(message, options));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schema_ThatAnswersCannotBeHeldTo_IsRefusedByKeyword()
    {
        var schema = JsonElement.Parse("""{"type": "object", "properties": {"x": {"not": {"type": "string"}}}, "required": ["x"]}""");

        var error = await Assert.ThrowsAsync<ArgumentException>(
            () => demo.Client.GetResponseAsync("Hello", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) }));

        Assert.Contains("not", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Service_TellsProviderAndModel()
    {
        var metadata = demo.Client.GetService<ChatClientMetadata>();

        Assert.Equal((MlxChatClient.ProviderName, "demo"), (metadata?.ProviderName, metadata?.DefaultModelId));
        Assert.NotNull(demo.Client.GetService<MlxChatClient>());
        Assert.Null(demo.Client.GetService(typeof(MlxChatClient), "key"));
    }
}
