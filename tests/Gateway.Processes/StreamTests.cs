using System.Text;
using System.Text.RegularExpressions;
using MlxActors.Gateway.Processes.Programs;
using MlxActors.Gateway.Processes.Requests;

namespace MlxActors.Gateway.Processes;

[Collection(Cluster.Collection)]
public sealed partial class StreamTests(Cluster cluster)
{
    [SkippableFact]
    public async Task Disconnect_OfAClient_CancelsItsAnswerAtTheNode()
    {
        const string Cancelled = "mlxactors_requests_cancelled_total{stage=\"decode\"}";
        await cluster.HealAsync();
        var before = await cluster.SumAsync(Cancelled);

        using (var request = ChatClient.Post(ChatClient.LongRequest("Tell me a story.", tokens: 1500)))
        using (var response = await cluster.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync() is { } line && !line.Contains("\"content\":\"", StringComparison.Ordinal))
            {
            }
        }

        await Wait.UntilAsync("the node gave the answer up", () => cluster.SumAsync(Cancelled), count => count == before + 1);
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

    [SkippableFact]
    public async Task Event_GoesOutBeforeTheNodeHasTheNext()
    {
        const int Events = 20;
        Skip.If(OperatingSystem.IsWindows(), "the cluster's programs are not started there");
        await using var node = await HeldNode.StartAsync(Events);
        await using var gateway = await cluster.StartGatewayAsync("gateway-held", "", [node.Url]);
        using var http = new HttpClient { BaseAddress = gateway.Address, Timeout = Wait.Patience };
        using var request = ChatClient.Post(ChatClient.Request("Count.", stream: true));

        // The node sends the first with the head, and each other one when the client has the one before.
        node.LetOneGo();
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        for (var number = 0; number < Events; number++)
        {
            var expected = Encoding.UTF8.GetBytes(HeldNode.EventOf(number));
            var got = new byte[expected.Length];
            await stream.ReadExactlyAsync(got).AsTask().WaitAsync(Wait.Patience);
            Assert.Equal(expected, got);
            node.LetOneGo();
        }

        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    [GeneratedRegex("\"(id|created|timings|prompt_tokens_details)\":(\"[^\"]*\"|\\d+|\\{[^}]*\\})")]
    private static partial Regex OfOneAnswer();
}
