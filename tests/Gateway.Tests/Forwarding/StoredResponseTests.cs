using System.Net;
using MlxActors.Gateway.Tests.Serving;

namespace MlxActors.Gateway.Tests.Forwarding;

/// <summary>Responses that a node keeps are found there again.</summary>
public sealed class StoredResponseTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NextTurn_GoesToTheNodeThatKeepsTheLast(bool stream)
    {
        FakeNode[] nodes = [await NodeAsync(0), await NodeAsync(1), await NodeAsync(2)];
        await using var gateway = await TestGateway.StartAsync(nodes);

        for (var conversation = 0; conversation < 8; conversation++)
        {
            await CreateAsync(gateway, $$"""{"model":"demo","input":"hello {{conversation}}","stream":{{(stream ? "true" : "false")}}}""");
            var first = $"hello {conversation}";
            var keeper = nodes.Single(node => node.Seen.LastOrDefault()?.Body.Contains(first, StringComparison.Ordinal) == true);
            var id = $"resp_{Array.IndexOf(nodes, keeper)}";

            await CreateAsync(gateway, $$"""{"model":"demo","input":"go on","previous_response_id":"{{id}}"}""");
            using var again = await gateway.Http.GetAsync($"/v1/responses/{id}/input_items?limit=1");

            Assert.Equal($"/v1/responses/{id}/input_items?limit=1", keeper.Seen.Last().Path);
            Assert.Contains("go on", keeper.Seen.Reverse().Skip(1).First().Body, StringComparison.Ordinal);
        }
        await DisposeAsync(nodes);
    }

    [Fact]
    public async Task ResponseOfWhichTheGatewayNeverHeard_IsAskedFor()
    {
        FakeNode[] nodes = [await NodeAsync(0), await NodeAsync(1), await NodeAsync(2)];
        await using var gateway = await TestGateway.StartAsync(nodes);

        foreach (var node in Enumerable.Range(0, nodes.Length))
        {
            using var found = await gateway.Http.GetAsync($"/v1/responses/resp_{node}");
            Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        }
        using var missing = await gateway.Http.DeleteAsync("/responses/resp_9");

        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        await DisposeAsync(nodes);
    }

    /// <summary>A node that keeps one response, whose id says which node it is.</summary>
    private static async Task<FakeNode> NodeAsync(int number)
    {
        var node = await FakeNode.StartAsync();
        node.Answer = context =>
            context.Request.Method != HttpMethod.Post.Method
                ? context.Request.Path.Value!.Contains($"/resp_{number}", StringComparison.Ordinal)
                    ? Answers.JsonAsync(context, $$"""{"id":"resp_{{number}}"}""")
                    : Answers.ErrorAsync(context, 404, "response_not_found")
            : node.Seen.Last().Body.Contains("\"stream\":true", StringComparison.Ordinal)
                ? Answers.SendAsync(context, $"event: response.created\ndata: {{\"response\":{{\"id\":\"resp_{number}\"}}}}\n\n")
            : Answers.JsonAsync(context, $$"""{"id":"resp_{{number}}"}""");
        return node;
    }

    private static async Task CreateAsync(TestGateway gateway, string body)
    {
        using var response = await gateway.PostAsync("/v1/responses", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await response.Content.ReadAsStringAsync();
    }

    private static async Task DisposeAsync(FakeNode[] nodes)
    {
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }
}
