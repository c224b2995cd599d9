using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MlxActors.Gateway.Tests.Serving;

namespace MlxActors.Gateway.Tests.Endpoints;

/// <summary>What the gateway answers itself.</summary>
public sealed class EndpointTests
{
    [Fact]
    public async Task Models_AreThoseOfAllNodes_WithWhereTheyAreLoaded()
    {
        await using var one = await FakeNode.StartAsync();
        await using var two = await FakeNode.StartAsync();
        one.Models = ["demo", "gemma"];
        two.Models = ["qwen", "demo"];
        two.Report = FakeNode.Idle with { Model = "qwen" };
        await using var gateway = await TestGateway.StartAsync(one, two);

        var models = (await gateway.JsonAsync("/v1/models")).GetProperty("data").EnumerateArray().ToDictionary(model => Text(model, "id"));

        Assert.Equal(["demo", "gemma", "qwen"], models.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Sorted(one.Url, two.Url), Texts(models["demo"], "nodes"));
        Assert.Equal([one.Url], Texts(models["demo"], "loaded_on"));
        Assert.Equal([one.Url], Texts(models["gemma"], "nodes"));
        Assert.Empty(Texts(models["gemma"], "loaded_on"));
        Assert.Equal([two.Url], Texts(models["qwen"], "loaded_on"));
        Assert.Equal(["demo-alias"], Texts(models["demo"], "aliases"));
        Assert.True(models["demo"].GetProperty("default").GetBoolean());
    }

    [Fact]
    public async Task Model_IsFoundByAnyOfItsNames()
    {
        await using var node = await FakeNode.StartAsync();
        await using var gateway = await TestGateway.StartAsync(node);

        Assert.Equal("demo-qwen", Text(await gateway.JsonAsync("/models/demo-qwen-alias"), "id"));
        using var missing = await gateway.Http.GetAsync("/v1/models/org/nothing");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("model_not_found", await missing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_IsAddedAndTakenOut_WhileTheGatewayRuns()
    {
        await using var first = await FakeNode.StartAsync();
        await using var second = await FakeNode.StartAsync();
        await using var gateway = await TestGateway.StartAsync(first);

        using var added = await gateway.PostAsync("/gateway/nodes", $$"""{"url":"{{second.Url}}/"}""");
        using var again = await gateway.PostAsync("/gateway/nodes", $$"""{"url":"{{second.Url}}"}""");
        var nodes = (await gateway.JsonAsync("/gateway/nodes")).GetProperty("data").EnumerateArray().ToList();
        using var removed = await gateway.Http.DeleteAsync($"/gateway/nodes?url={Uri.EscapeDataString(first.Url)}");
        using var response = await gateway.ChatAsync();
        using var removedAgain = await gateway.Http.DeleteAsync($"/gateway/nodes?url={Uri.EscapeDataString(first.Url)}");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (added.StatusCode, again.StatusCode));
        Assert.Equal(Sorted(first.Url, second.Url), nodes.Select(node => Text(node, "url")));
        Assert.All(nodes, node => Assert.Equal("in", Text(node, "state")));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (removed.StatusCode, removedAgain.StatusCode));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((0, 1), (first.Seen.Count, second.Seen.Count));
    }

    [Theory]
    [InlineData("of-client", HttpStatusCode.Unauthorized, HttpStatusCode.OK)]
    [InlineData("of-manager", HttpStatusCode.OK, HttpStatusCode.Unauthorized)]
    public async Task Nodes_AreManagedWithKeysOfTheirOwn(string key, HttpStatusCode nodes, HttpStatusCode models)
    {
        var settings = TestGateway.Settings();
        await using var gateway = await TestGateway.StartAsync(settings with
        {
            ManageKeys = ["of-manager"],
            Listening = settings.Listening with { Access = settings.Listening.Access with { ApiKeys = ["of-client"] } },
        });
        gateway.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        using var managed = await gateway.Http.GetAsync("/gateway/nodes");
        using var listed = await gateway.Http.GetAsync("/v1/models");

        Assert.Equal((nodes, models), (managed.StatusCode, listed.StatusCode));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"url":"somewhere"}""")]
    [InlineData("""{"url":7}""")]
    [InlineData("nothing")]
    public async Task Node_ThatHasNoAddress_IsRefused(string body)
    {
        await using var gateway = await TestGateway.StartAsync();

        using var response = await gateway.PostAsync("/gateway/nodes", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(gateway.Table.Nodes);
    }

    [Fact]
    public async Task Node_ThatDoesNotAnswer_IsListedAsOut()
    {
        var node = await FakeNode.StartAsync();
        var url = node.Url;
        await node.DisposeAsync();
        await using var gateway = await TestGateway.StartAsync();

        using var added = await gateway.PostAsync("/gateway/nodes", $$"""{"url":"{{url}}"}""");

        using var json = JsonDocument.Parse(await added.Content.ReadAsStringAsync());
        Assert.Equal("out", Text(json.RootElement, "state"));
        Assert.NotEmpty(Text(json.RootElement, "why"));
    }

    [Fact]
    public async Task Health_TellsHowManyNodesTakeRequests()
    {
        await using var one = await FakeNode.StartAsync();
        await using var two = await FakeNode.StartAsync();
        two.Report = FakeNode.Idle with { Status = "draining" };
        await using var gateway = await TestGateway.StartAsync(one, two);

        Assert.Equal("""{"status":"ok","nodes":2,"available":1}""", await gateway.Http.GetStringAsync("/health"));
    }

    [Fact]
    public async Task Metrics_AreByNode()
    {
        await using var good = await FakeNode.StartAsync();
        await using var bad = await FakeNode.StartAsync();
        bad.Answer = Answers.DieAsync;
        bad.Health = Answers.DieAsync;
        good.Report = FakeNode.Idle with { Running = 3, KvFreeBytes = 1000 };
        await using var gateway = await TestGateway.StartAsync(good, bad);
        using var response = await gateway.ChatAsync();

        var text = await gateway.Http.GetStringAsync("/metrics");

        string[] expected =
        [
            $"mlxactors_gateway_requests_total{{node=\"{good.Url}\",outcome=\"answered\"}} 1",
            $"mlxactors_gateway_choices_total{{node=\"{good.Url}\",reason=\"conversation\"}} 1",
            $"mlxactors_gateway_time_to_answer_seconds_count{{node=\"{good.Url}\"}} 1",
            $"mlxactors_gateway_node_in{{node=\"{good.Url}\"}} 1",
            $"mlxactors_gateway_node_in{{node=\"{bad.Url}\"}} 0",
            $"mlxactors_gateway_node_running{{node=\"{good.Url}\"}} 3",
            $"mlxactors_gateway_node_kv_free_bytes{{node=\"{good.Url}\"}} 1000",
        ];
        Assert.All(expected, line => Assert.Contains(line + "\n", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/v1/chat/completions", 405)]
    public async Task WhatIsNotThere_HasOpenAisShape(string method, string path, int status)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.StartsWith("{\"error\":{\"message\":", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string Text(JsonElement json, string field) => json.GetProperty(field).GetString()!;

    private static IEnumerable<string> Texts(JsonElement json, string field) =>
        json.GetProperty(field).EnumerateArray().Select(text => text.GetString()!);

    private static IEnumerable<string> Sorted(params string[] texts) => texts.Order(StringComparer.Ordinal);
}
