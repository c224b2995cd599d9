using System.Net;
using System.Net.Sockets;
using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Nodes;
using MlxActors.Gateway.Tests.Serving;

namespace MlxActors.Gateway.Tests.Nodes;

/// <summary>Nodes that are addresses of a name. The fakes differ by address (127.0.0.x), as pods do, and share a port.</summary>
public sealed class DnsNodesTests
{
    [SkippableFact]
    public async Task AddressThatIsGone_GetsNothingNew_AndFinishesItsStream()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux has all of 127.0.0.0/8");
        await using var first = await FakeNode.StartAsync();
        await using var second = await FakeNode.StartAsync(first.Port, IPAddress.Parse("127.0.0.2"));
        var goOn = new TaskCompletionSource();
        first.Answer = async context =>
        {
            await Answers.EventsAsync(context, "1");
            await goOn.Task;
            await Answers.EventsAsync(context, "[DONE]");
        };
        IPAddress[] known = [IPAddress.Loopback];
        await using var gateway = await TestGateway.StartAsync(Named(first), (_, _) => Task.FromResult(known));
        using var running = await gateway.ChatAsync(stream: true);
        Assert.Equal(HttpStatusCode.OK, running.StatusCode);

        known = [IPAddress.Parse("127.0.0.2")];
        await gateway.Dns.RefreshAsync(default);
        await gateway.UntilAsync(table => table.Find(second.Url)?.TakesRequests == true);
        using var next = await gateway.ChatAsync();

        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.True(gateway.Table.Find(first.Url)?.IsLeaving);
        Assert.Equal((1, 1), (first.Seen.Count, second.Seen.Count));
        goOn.SetResult();
        Assert.Equal("data: 1\n\ndata: [DONE]\n\n", await running.Content.ReadAsStringAsync());
        await gateway.UntilAsync(table => table.Find(first.Url) is null);
    }

    [Fact]
    public async Task NameThatCannotBeLookedUp_KeepsItsNodes()
    {
        await using var node = await FakeNode.StartAsync();
        var fails = false;
        await using var gateway = await TestGateway.StartAsync(Named(node), (_, _) => fails
            ? throw new SocketException((int)SocketError.HostNotFound)
            : Task.FromResult<IPAddress[]>([IPAddress.Loopback]));

        fails = true;
        await gateway.Dns.RefreshAsync(default);

        using var response = await gateway.ChatAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static GatewaySettings Named(FakeNode node) => TestGateway.Settings() with
    {
        Dns = new DnsSettings([DnsName.Parse($"nodes.test:{node.Port}")!], TestGateway.Patience),
    };
}
