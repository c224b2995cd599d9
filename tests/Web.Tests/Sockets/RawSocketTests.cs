using System.Net.Sockets;
using System.Text;
using MlxActors.Generation;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Sockets;

/// <summary>What no well-behaved client sends.</summary>
public sealed class RawSocketTests
{
    private const string Body = """{"model":"demo","messages":[{"role":"user","content":"hi"}]}""";

    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("POST /v1/chat/completions HTTP/9.9\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /health HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n")]
    [InlineData("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")]
    public async Task MalformedHttp_IsRefused_AndTheServerLives(string request)
    {
        await using var server = await TestServer.StartAsync(new Script());

        Assert.Matches(@"^HTTP/1\.1 (400|505) ", await ExchangeAsync(server, Encoding.ASCII.GetBytes(request)));

        using var health = await server.Http.GetAsync("/health");
        Assert.True(health.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Request_InSingleBytes_IsAnswered()
    {
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Text("ok"), new GenerationEvent.Finished(FinishReason.Stop, new Usage(1, 1))));
        using var socket = await ConnectAsync(server);

        await using var stream = new NetworkStream(socket);
        foreach (var single in Encoding.ASCII.GetBytes(Post(Body.Length) + Body))
        {
            await stream.WriteAsync(new[] { single });
        }

        Assert.Contains("\"content\":\"ok\"", await ReadToEndAsync(stream));
    }

    [Fact]
    public async Task Client_ThatLeavesInTheMiddleOfItsBody_LeavesTheServerAlive()
    {
        await using var server = await TestServer.StartAsync(new Script());

        using (var socket = await ConnectAsync(server))
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(Post(Body.Length) + Body[..10]));
        }

        using var health = await server.Http.GetAsync("/health");
        Assert.True(health.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Client_ThatResetsItsStream_CancelsTheGeneration()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);
        using var socket = await ConnectAsync(server);
        var body = Body.Replace("\"model\"", "\"stream\":true,\"model\"");
        await socket.SendAsync(Encoding.ASCII.GetBytes(Post(body.Length) + body));
        await script.Requests.Reader.ReadAsync();

        socket.LingerState = new LingerOption(true, 0);
        socket.Close();

        await script.Cancelled;
    }

    private static string Post(int length) =>
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
        + $"Content-Length: {length}\r\n\r\n";

    private static async Task<string> ExchangeAsync(TestServer server, byte[] request)
    {
        using var socket = await ConnectAsync(server);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(request);
        return await ReadToEndAsync(stream);
    }

    private static async Task<Socket> ConnectAsync(TestServer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        return socket;
    }

    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
