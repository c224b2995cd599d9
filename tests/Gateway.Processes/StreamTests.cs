using System.Text.RegularExpressions;
using MlxActors.Gateway.Processes.Programs;
using MlxActors.Gateway.Processes.Requests;

namespace MlxActors.Gateway.Processes;

/// <summary>Single streams. That each event goes out when the node sends it, the gateway's own tests hold, with a node that they can stop.</summary>
[Collection(Cluster.Collection)]
public sealed partial class StreamTests(Cluster cluster)
{
    [SkippableFact]
    public async Task Disconnect_OfAClient_CancelsItsAnswerAtTheNode()
    {
        const string Cancelled = "mlxactors_requests_cancelled_total{stage=\"decode\"}";
        await cluster.HealAsync();
        var before = await cluster.SumAsync(Cancelled);

        var body = ChatClient.LongRequest("Tell me a story.", tokens: 1500);
        const int Choices = 8;
        body["n"] = Choices;
        using (var request = ChatClient.Post(body))
        using (var response = await cluster.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is { } line && !line.Contains("\"content\":\"", StringComparison.Ordinal))
            {
            }
        }

        await Wait.UntilAsync("the node gave the answer up", () => cluster.SumAsync(Cancelled), count => count == before + Choices);
        await Wait.UntilAsync("nothing runs", () => cluster.SumAsync("mlxactors_num_requests_running"), count => count == 0);
    }

    [SkippableFact]
    public async Task Events_ThroughTheGateway_AreThoseOfTheNode_ByteForByte()
    {
        await cluster.HealAsync();
        var body = ChatClient.Request("Count from 3 to 9.", stream: true);

        var direct = await BytesAsync(cluster.All[0].Http);
        var through = await BytesAsync(cluster.Http);

        Assert.Contains("data: [DONE]\n\n", through);
        Assert.Equal(direct, through);

        async Task<string> BytesAsync(HttpClient http)
        {
            using var request = ChatClient.Post((System.Text.Json.Nodes.JsonObject)body.DeepClone());
            using var response = await http.SendAsync(request);
            Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());

            // What no two answers have in common.
            return OfOneAnswer().Replace(await response.Content.ReadAsStringAsync(), "\"$1\":0");
        }
    }

    [GeneratedRegex("\"(id|created|timings|prompt_tokens_details)\":(\"[^\"]*\"|\\d+|\\{[^}]*\\})")]
    private static partial Regex OfOneAnswer();
}
