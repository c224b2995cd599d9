using System.ClientModel;
using System.Text.Json;
using MlxActors.Golden;
using MlxActors.Web.Tests.Serving;
using OpenAI.Responses;

#pragma warning disable OPENAI001 // The client's own mark of what may still change in it.

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>The official OpenAI client for .NET and its responses.</summary>
[Collection(DemoServer.Collection)]
public sealed class OfficialResponsesTests(DemoServer server)
{
    private ResponsesClient Client => new(
        new ApiKeyCredential("none"), new ResponsesClientOptions { Endpoint = new Uri(server.Address, "v1") });

    [Fact]
    public async Task Response_AnswersCountsAndIsContinued()
    {
        var first = (await Client.CreateResponseAsync(Options("Count from 3 to 9."))).Value;
        var options = Options("Hello");
        options.PreviousResponseId = first.Id;
        var second = (await Client.CreateResponseAsync(options)).Value;
        var kept = (await Client.GetResponseAsync(first.Id)).Value;
        var deleted = (await Client.DeleteResponseAsync(first.Id)).Value;

        Assert.Equal("3, 4, 5, 6, 7, 8, 9", first.GetOutputText());
        Assert.Equal((ResponseStatus.Completed, 17, 20), (first.Status, first.Usage.InputTokenCount, first.Usage.OutputTokenCount));
        Assert.Equal(first.Id, second.PreviousResponseId);
        Assert.InRange(second.Usage.InputTokenCount, 37, int.MaxValue);
        Assert.Equal(first.GetOutputText(), kept.GetOutputText());
        Assert.True(deleted.Deleted);
    }

    [Fact]
    public async Task Response_Streamed_GivesTheSameTextAndUsage()
    {
        var text = new List<string>();
        ResponseResult? completed = null;
        var options = Options("Count from 3 to 9.");
        options.StreamingEnabled = true;
        await foreach (var update in Client.CreateResponseStreamingAsync(options))
        {
            text.AddRange(update is StreamingResponseOutputTextDeltaUpdate delta ? [delta.Delta] : []);
            completed = update is StreamingResponseCompletedUpdate end ? end.Response : completed;
        }

        Assert.Equal("3, 4, 5, 6, 7, 8, 9", string.Concat(text));
        Assert.Equal(string.Concat(text), completed?.GetOutputText());
        Assert.Equal(20, completed?.Usage.OutputTokenCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Response_WithATool_CallsItAndAnswersWithItsResult(bool streamed)
    {
        var tool = ResponseTool.CreateFunctionTool(
            "get_weather",
            BinaryData.FromString(
                """
                {
                  "type": "object",
                  "properties": {"city": {"type": "string", "description": "The city"}},
                  "required": ["city"]
                }
                """),
            strictModeEnabled: null,
            "Current weather in a city");
        var options = Options("Is it raining in Athens?");
        options.Tools.Add(tool);

        var response = streamed ? await StreamedAsync(options) : (await Client.CreateResponseAsync(options)).Value;
        var call = Assert.IsType<FunctionCallResponseItem>(Assert.Single(response.OutputItems));
        options.StreamingEnabled = null;
        options.InputItems.Add(call);
        options.InputItems.Add(ResponseItem.CreateFunctionCallOutputItem(call.CallId, """{"temperature": 21, "condition": "sunny"}"""));
        var answer = (await Client.CreateResponseAsync(options)).Value;

        Assert.Equal(("get_weather", """{"city": "Athens"}"""), (call.FunctionName, call.FunctionArguments.ToString()));
        Assert.Equal("It is sunny in Athens, 21 degrees.", answer.GetOutputText());
    }

    [Fact]
    public async Task Response_WithASchema_AnswersToIt()
    {
        var options = Options("Give me JSON with name Anna and age 30.");
        options.MaxOutputTokenCount = 200;
        options.TextOptions = new ResponseTextOptions
        {
            TextFormat = ResponseTextFormat.CreateJsonSchemaFormat(
                "person",
                BinaryData.FromString(
                    """
                    {"type": "object", "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"enum": [29, 30, 31]}},
                     "required": ["name", "age"], "additionalProperties": false}
                    """),
                jsonSchemaIsStrict: true),
        };

        var response = (await Client.CreateResponseAsync(options)).Value;

        Assert.Equal(ResponseStatus.Completed, response.Status);
        Assert.Contains(JsonElement.Parse(response.GetOutputText()).GetProperty("age").GetInt32(), (int[])[29, 30, 31]);
    }

    [Fact]
    public async Task Response_WithAnImage_Sees()
    {
        var image = await File.ReadAllBytesAsync(Goldens.PathOf("demo", "images", "demo-017-0.png"));
        var options = new CreateResponseOptions(
            "demo",
            [
                ResponseItem.CreateUserMessageItem(
                [
                    ResponseContentPart.CreateInputImagePart(BinaryData.FromBytes(image, "image/png")),
                    ResponseContentPart.CreateInputTextPart("What do you see?"),
                ]),
            ])
        {
            Temperature = 0,
        };

        var response = (await Client.CreateResponseAsync(options)).Value;

        Assert.Matches("circle|square|triangle", response.GetOutputText());
    }

    private async Task<ResponseResult> StreamedAsync(CreateResponseOptions options)
    {
        options.StreamingEnabled = true;
        ResponseResult? completed = null;
        await foreach (var update in Client.CreateResponseStreamingAsync(options))
        {
            completed = update is StreamingResponseCompletedUpdate end ? end.Response : completed;
        }
        return Assert.IsType<ResponseResult>(completed);
    }

    private static CreateResponseOptions Options(string text) =>
        new("demo", [ResponseItem.CreateUserMessageItem(text)]) { Temperature = 0 };
}
