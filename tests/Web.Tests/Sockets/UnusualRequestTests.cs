using System.Text;
using FsCheck.Xunit;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Sockets;

/// <summary>Requests in forms that HTTP allows and few clients use, to the demo model: they are answered like any other.</summary>
[Collection(DemoServer.Collection)]
public sealed class UnusualRequestTests(DemoServer server)
{
    [Fact]
    public async Task Request_InSingleBytes_IsAnswered()
    {
        using var socket = await RawSocket.ConnectAsync(server.Address);

        foreach (var single in RawRequest.Post())
        {
            await socket.SendAsync(single.ToString());
        }

        AssertAnswered(await socket.ReadToEndAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Body_InChunks_IsAnswered(int size)
    {
        var chunks = RawRequest.Body.Chunk(size).Select(chunk => $"{chunk.Length:x};name=value\r\n{new string(chunk)}\r\n");
        var head = RawRequest.Head("Connection: close\r\nTransfer-Encoding: chunked\r\n");

        AssertAnswered(await RawSocket.ExchangeAsync(server.Address, $"{head}{string.Concat(chunks)}0\r\nTrailer: x\r\n\r\n"));
    }

    [Fact]
    public async Task Requests_SentAtOnce_AreAnsweredInTheirOrder()
    {
        var first = RawRequest.Head($"Content-Length: {RawRequest.Streamed.Length}\r\n") + RawRequest.Streamed;
        var second = RawRequest.Post(RawRequest.Body.Replace("Count from 3 to 9.", "Hello"));

        var answers = (await RawSocket.ExchangeAsync(server.Address, first + second)).Split("HTTP/1.1 200 OK");

        Assert.Equal(3, answers.Length);
        Assert.Equal("", answers[0]);
        Assert.Contains("[DONE]", answers[1]);
        Assert.Contains("Hello! I am the demo model", answers[2]);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData(null)]
    public async Task Http10_IsAnswered_WithoutChunks(string? host)
    {
        var answer = await RawSocket.ExchangeAsync(
            server.Address, RawRequest.Head($"Content-Length: {RawRequest.Body.Length}\r\n", "1.0", host: host) + RawRequest.Body);

        AssertAnswered(answer);
        Assert.DoesNotContain("Transfer-Encoding", answer);
    }

    [Fact]
    public async Task Http10_IsStreamedTo_UntilTheConnectionEnds()
    {
        var answer = await RawSocket.ExchangeAsync(
            server.Address, RawRequest.Head($"Content-Length: {RawRequest.Streamed.Length}\r\n", "1.0") + RawRequest.Streamed);

        Assert.DoesNotContain("Transfer-Encoding", answer);
        var events = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(data => data["data: ".Length..]);
        Assert.Equal(RawRequest.Answer, Chat.Joined(events));
        Assert.EndsWith("data: [DONE]\n\n", answer);
    }

    [Fact]
    public async Task Target_InAbsoluteForm_IsAnswered()
    {
        var head = RawRequest.Head(
            $"Connection: close\r\nContent-Length: {RawRequest.Body.Length}\r\n", target: "http://localhost/v1/chat/completions");

        AssertAnswered(await RawSocket.ExchangeAsync(server.Address, head + RawRequest.Body));
    }

    [Fact]
    public async Task Body_ThatWaitsToBeWanted_IsAskedFor()
    {
        using var socket = await RawSocket.ConnectAsync(server.Address);

        await socket.SendAsync(
            RawRequest.Head($"Connection: close\r\nContent-Length: {RawRequest.Body.Length}\r\nExpect: 100-continue\r\n"));
        var interim = await socket.ReadUntilAsync("\r\n\r\n");
        await socket.SendAsync(RawRequest.Body);

        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", interim);
        AssertAnswered(await socket.ReadToEndAsync());
    }

    [Fact]
    public async Task Body_ThatNobodyWants_IsNotAskedFor()
    {
        using var socket = await RawSocket.ConnectAsync(server.Address);

        await socket.SendAsync(RawRequest.Head("Content-Length: 1000000\r\nExpect: 100-continue\r\n", target: "/v1/embeddings"));

        Assert.StartsWith("HTTP/1.1 404 ", await socket.ReadUntilAsync("unknown_url"));
    }

    [Property(MaxTest = 50)]
    public async Task AnyBytes_EndTheConnection_AndTheServerLives(byte[] bytes)
    {
        using var socket = await RawSocket.ConnectAsync(server.Address);

        await socket.SendAsync(Encoding.Latin1.GetString(bytes) + "\r\n\r\n");
        socket.EndSending();
        await socket.ReadToEndAsync();

        using var health = await server.Http.GetAsync("/health");
        Assert.True(health.IsSuccessStatusCode);
    }

    private static void AssertAnswered(string answer)
    {
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer);
        Assert.Contains($"\"content\":\"{RawRequest.Answer}\"", answer);
    }
}
