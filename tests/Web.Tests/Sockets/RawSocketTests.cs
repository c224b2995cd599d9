using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Sockets;

/// <summary>What no well-behaved client sends.</summary>
public sealed class RawSocketTests
{
    private const string Start = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    [Theory]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("\0\0\0\0\0\0\0\0\r\n\r\n", "400")]
    [InlineData("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "400")]
    [InlineData("GET /health HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /health HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n", "400")]
    [InlineData("GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n", "400")]
    [InlineData(Start + "Content-Length: -1\r\n\r\n", "400")]
    [InlineData(Start + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "400")]
    [InlineData(Start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400")]
    [InlineData("POST /v1/chat/completions HTTP/9.9\r\nHost: localhost\r\n\r\n", "505")]
    public async Task MalformedHttp_IsRefused_AndTheServerLives(string request, string status)
    {
        await using var server = await TestServer.StartAsync(new Script());

        AssertError(status, await RawSocket.ExchangeAsync(server.Address, request));

        await AssertLivesAsync(server);
    }

    [Theory]
    [InlineData(1, 33_000)]
    [InlineData(200, 4)]
    public async Task Headers_ThatAreTooLargeOrTooMany_Are431(int count, int length)
    {
        await using var server = await TestServer.StartAsync(new Script());
        var fields = string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: {new string('a', length)}\r\n"));

        var answer = await RawSocket.ExchangeAsync(server.Address, $"GET /health HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");

        AssertError("431", answer);
        await AssertLivesAsync(server);
    }

    [Fact]
    public async Task MalformedHead_BehindAWholeRequest_IsRefusedInOpenAisShapeToo()
    {
        await using var server = await TestServer.StartAsync(new Script());

        var answers = await RawSocket.ExchangeAsync(server.Address, "GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answers);
        AssertError("400", answers[answers.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task Head_OfAMethodWithoutABody_HasNone()
    {
        await using var server = await TestServer.StartAsync(new Script());

        var answer = await RawSocket.ExchangeAsync(
            server.Address, "HEAD /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404 ", answer);
        Assert.EndsWith("\r\n\r\n", answer);
    }

    [Fact]
    public async Task Target_ThatIsTooLong_Is414()
    {
        await using var server = await TestServer.StartAsync(new Script());

        var answer = await RawSocket.ExchangeAsync(server.Address, $"GET /{new string('a', 10_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n");

        AssertError("414", answer);
        await AssertLivesAsync(server);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_ThatLeavesInTheMiddleOfItsBody_AsksForNothing(bool reset)
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);
        var request = RawRequest.Post();

        using (var socket = await RawSocket.ConnectAsync(server.Address))
        {
            await socket.SendAsync(request[..^10]);
            if (reset)
            {
                socket.Reset();
            }
            else
            {
                socket.EndSending();
                Assert.DoesNotContain("200 OK", await socket.ReadToEndAsync());
            }
        }

        await AssertLivesAsync(server);
        Assert.False(script.Requests.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Client_ThatResetsItsStream_CancelsTheGeneration()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);
        using var socket = await RawSocket.ConnectAsync(server.Address);
        await socket.SendAsync(RawRequest.Post(RawRequest.Streamed));
        await script.Requests.Reader.ReadAsync();

        socket.Reset();

        await script.Cancelled;
    }

    // A client that closes its connection says the same on the wire as one that only stops sending. Whoever waits for the difference
    // keeps computing for clients that are gone; so both have left.
    [Theory]
    [InlineData(RawRequest.Body)]
    [InlineData(null)]
    public async Task Client_ThatClosesItsSendingSide_HasLeft(string? body)
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);
        using var socket = await RawSocket.ConnectAsync(server.Address);
        await socket.SendAsync(RawRequest.Post(body ?? RawRequest.Streamed));
        await script.Requests.Reader.ReadAsync();

        socket.EndSending();

        await script.Cancelled;
        Assert.DoesNotContain("[DONE]", await socket.ReadToEndAsync());
        await AssertLivesAsync(server);
    }

    [Fact]
    public async Task Head_ThatComesTooSlowly_Is408_WhileOthersAreAnswered()
    {
        await using var server = await TestServer.StartAsync(new Script(), "mlxactors.http.header-timeout = 1s");
        using var socket = await RawSocket.ConnectAsync(server.Address);

        await socket.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: loc");
        await AssertLivesAsync(server);

        AssertError("408", await socket.ReadToEndAsync());
    }

    [Fact]
    public async Task Body_ThatComesTooSlowly_Is408_AndAsksForNothing()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script, "mlxactors.http.body-grace = 1100ms");
        using var socket = await RawSocket.ConnectAsync(server.Address);

        await socket.SendAsync(RawRequest.Post()[..^10]);
        var answer = await socket.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408 ", answer);
        Assert.Contains("\"code\":\"request_timeout\"", answer);
        Assert.False(script.Requests.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Connection_ThatNobodyUses_IsClosed()
    {
        await using var server = await TestServer.StartAsync(new Script(), "mlxactors.http.keep-alive-timeout = 1s");
        using var socket = await RawSocket.ConnectAsync(server.Address);

        Assert.Equal("", await socket.ReadToEndAsync());
    }

    [Fact]
    public async Task ShippedSettings_LimitWhatAClientMayTake()
    {
        await using var server = await TestServer.StartAsync(new Script());

        var limits = server.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

        Assert.Equal(
            (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(130), TimeSpan.FromSeconds(5)),
            (limits.RequestHeadersTimeout, limits.KeepAliveTimeout, limits.MinRequestBodyDataRate?.GracePeriod));
        Assert.Equal((32 << 10, 100), (limits.MaxRequestHeadersTotalSize, limits.MaxRequestHeaderCount));
    }

    private static void AssertError(string status, string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var (head, body) = (answer[..end], answer[(end + 4)..]);
        Assert.StartsWith($"HTTP/1.1 {status} ", head);
        Assert.Contains("\r\nContent-Type: application/json", head);
        var isChunked = head.Contains("chunked", StringComparison.OrdinalIgnoreCase);
        Assert.True(isChunked || head.Contains($"\r\nContent-Length: {body.Length}\r\n"), answer);
        var error = JsonElement.Parse(isChunked ? body.Split("\r\n")[1] : body).GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.True(error.TryGetProperty("param", out _) && error.TryGetProperty("code", out _));
    }

    private static async Task AssertLivesAsync(TestServer server)
    {
        using var health = await server.Http.GetAsync("/health");
        Assert.True(health.IsSuccessStatusCode);
    }
}
