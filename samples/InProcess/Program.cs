using System.ComponentModel;
using Microsoft.Extensions.AI;
using MlxActors.InProcess;

// A model in this process: no server, no port. The argument names it; without one it is gemma where that is cached, else the demo model.
await using var engine = MlxEngine.Start(new MlxEngineOptions { Model = args.FirstOrDefault() });
using var client = engine.NewChatClient().AsBuilder().UseFunctionInvocation().Build();
var options = new ChatOptions { Temperature = 0, Tools = [AIFunctionFactory.Create(GetWeather, "get_current_weather")] };

List<ChatMessage> messages = [];
foreach (var question in new[] { "My name is Rosa.", "What is my name?", "Is it raining in Athens?" })
{
    Console.WriteLine($"> {question}");
    messages.Add(new ChatMessage(ChatRole.User, question));
    List<ChatResponseUpdate> answer = [];
    await foreach (var update in client.GetStreamingResponseAsync(messages, options))
    {
        Console.Write(update.Text);
        answer.Add(update);
    }
    Console.WriteLine();
    messages.AddMessages(answer);
}

[Description("Current weather in a city")]
static string GetWeather([Description("The city")] string city)
{
    Console.WriteLine($"[asked for the weather in {city}]");
    return """{"temperature": 31, "condition": "sunny"}""";
}
