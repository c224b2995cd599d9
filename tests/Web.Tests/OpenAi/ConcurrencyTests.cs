using System.Net;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Many clients of one demo model at once.</summary>
[Collection(DemoServer.Collection)]
public sealed class ConcurrencyTests(DemoServer server)
{
    private static readonly string[] Questions =
        ["Hello", "Who are you?", "Count from 3 to 9.", "What is the capital of France?", "What is MLX?", "How does streaming work?"];

    [Fact]
    public async Task Streams_AtOnce_GetWhatTheyGetAlone()
    {
        var alone = new List<string>();
        foreach (var question in Questions)
        {
            alone.Add(await AskAsync(question));
        }

        var together = await Task.WhenAll(Questions.Select(AskAsync));

        Assert.Equal(alone, together);
    }

    [Fact]
    public async Task BadRequests_WhileOthersStream_DisturbNobody()
    {
        var expected = await AskAsync("Tell me a story.");

        var story = AskAsync("Tell me a story.");
        using var notJson = await server.Http.PostAsync(Chat.Path, new StringContent("{", null, "application/json"));
        var unknown = Chat.Request("hi");
        unknown["model"] = "nobody/nothing";
        using var noModel = await Chat.PostAsync(server.Http, unknown);
        var badImage = Chat.Request("");
        badImage["messages"]![0]!["content"] = System.Text.Json.Nodes.JsonNode.Parse(
            """[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]""");
        using var noImage = await Chat.PostAsync(server.Http, badImage);
        using var tooLong = await Chat.PostAsync(server.Http, Chat.Request(string.Concat(Enumerable.Repeat("one two ", 3000))));

        Assert.Equal(
            [HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest],
            [notJson.StatusCode, noModel.StatusCode, noImage.StatusCode, tooLong.StatusCode]);
        Assert.Equal("context_length_exceeded", (await Chat.JsonAsync(tooLong)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(expected, await story);
    }

    private async Task<string> AskAsync(string question)
    {
        using var response = await Chat.PostAsync(server.Http, Chat.Request(question, stream: true));
        return Chat.Joined(await Chat.EventsAsync(response));
    }
}
