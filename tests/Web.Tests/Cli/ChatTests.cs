using MlxActors.Golden;
using MlxActors.Web.Cli.Chat;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Cli;

/// <summary>The chat in the terminal, against the real server with the demo model.</summary>
public sealed class ChatTests : IDisposable
{
    private readonly TestDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task Message_IsAnswered_AndRemembered()
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan());

        var once = await ChatAsync(server, "demo", "Who are you?");
        var again = await ChatAsync(server, "demo", "Who are you?\n/clear\nWho are you?\n/quit");

        Assert.Equal(0, once.ExitCode);
        Assert.NotEqual("", once.Out.Trim());
        Assert.Equal(once.Out + once.Out, again.Out);
    }

    [Fact]
    public async Task Image_GoesWithTheNextMessage_AndNoOther()
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan());
        var image = Goldens.PathOf("demo/images/demo-017-0.png");

        var (_, output, error) = await ChatAsync(server, "demo", $"/image {image}\nWhat do you see?\n/clear\nWhat do you see?");

        Assert.Contains("demo-017-0.png goes with the next message", error);
        var answers = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEqual(answers[0], answers[^1]);
    }

    [Theory]
    [InlineData("/nonsense", "no command")]
    [InlineData("/image /no/such.png", "no file")]
    [InlineData("/model", "demo-qwen")]
    [InlineData("/model nobody\nHello", "'nobody' was not found")]
    [InlineData("/help", "/image PATH")]
    public async Task WhatIsNoAnswer_GoesToStandardError(string typed, string words)
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan());

        var (exitCode, output, error) = await ChatAsync(server, "demo", typed);

        Assert.Equal(0, exitCode);
        Assert.Empty(output);
        Assert.Contains(words, error);
    }

    [Fact]
    public async Task NoServer_IsSaid()
    {
        var server = await TestServer.StartAsync(TestServer.Plan());
        var address = server.Address;
        await server.DisposeAsync();

        var (exitCode, _, error) = await _desk.RunAsync($"run --server {address}", "");

        Assert.Equal(1, exitCode);
        Assert.Contains("Start one with `serve`", error);
    }

    [Theory]
    [InlineData(" Hello there ", typeof(ChatLine.Say))]
    [InlineData("", typeof(ChatLine.Nothing))]
    [InlineData("/quit", typeof(ChatLine.Quit))]
    [InlineData("/image a b.png", typeof(ChatLine.Image))]
    [InlineData("/image", typeof(ChatLine.Unknown))]
    [InlineData("/system", typeof(ChatLine.SetSystem))]
    [InlineData("/clear now", typeof(ChatLine.Unknown))]
    public void Line_IsWhatItLooksLike(string line, Type expected) => Assert.IsType(expected, ChatLine.Parse(line));

    private Task<(int ExitCode, string Out, string Error)> ChatAsync(TestServer server, string model, string typed) =>
        _desk.RunAsync($"run {model} --server {server.Address}", typed);
}
