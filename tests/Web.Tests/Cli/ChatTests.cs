using MlxActors.Golden;
using MlxActors.Web.Cli.Chat;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Cli;

/// <summary>The chat in the terminal, against the real server with the demo model.</summary>
public sealed class ChatTests : IDisposable
{
    // A port that only an administrator can listen on, and nobody does.
    private const string Alone = "mlxactors.http.port = 1";

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
    public async Task WithoutAServer_TheModelAnswersInThisProcess_AndSeesImages()
    {
        var image = Goldens.PathOf("demo/images/demo-017-0.png");

        var (exitCode, output, error) = await ChatAsync(
            Alone, $"My name is Rosa.\nWhat is my name?\n/clear\n/image {image}\nWhat color is the background?");

        Assert.Equal(0, exitCode);
        Assert.Contains("demo, in this process", error);
        Assert.Contains("Your name is Rosa.", output);
        Assert.EndsWith("The background is black.", output.TrimEnd());
    }

    [Theory]
    [InlineData("/model", "demo-qwen")]
    [InlineData("/model nobody\nHello", "nobody")]
    [InlineData("/image {0}\nHello", "image")]
    public async Task WithoutAServer_WhatIsNoAnswer_GoesToStandardError(string typed, string words)
    {
        var noImage = Path.Combine(_desk.Home, "note.txt");
        await File.WriteAllTextAsync(noImage, "no picture");

        var (exitCode, output, error) = await ChatAsync(Alone, typed.Replace("{0}", noImage));

        Assert.Equal(0, exitCode);
        Assert.Empty(output);
        Assert.Contains(words, error);
    }

    [Fact]
    public async Task WithoutAServer_AModelThatIsNowhere_IsSaid()
    {
        var (exitCode, _, error) = await _desk.RunAsync($"run nobody --config {Config(Alone)}", "Hello");

        Assert.Equal(2, exitCode);
        Assert.Contains("'nobody' was not found", error);
    }

    [Fact]
    public async Task ServerThatRunsAtTheConfiguredAddress_Answers()
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan());

        var (exitCode, output, error) = await ChatAsync($"mlxactors.http.port = {server.Address.Port}", "Who are you?");

        Assert.Equal(0, exitCode);
        Assert.NotEmpty(output);
        Assert.Contains($"the server at {server.Address}", error);
    }

    [Fact]
    public async Task Server_ThatWantsAKey_GetsIt_OrSaysSo()
    {
        await using var server = await TestServer.StartAsync(TestServer.Plan("""mlxactors.http.api-keys = ["sk-one"]"""));
        var config = Config($"mlxactors.http.port = {server.Address.Port}");
        using var user = new TestDesk().With("MLXACTORS_API_KEY", "sk-one");

        var without = await _desk.RunAsync($"run --server {server.Address}", "Who are you?");
        var wrong = await _desk.RunAsync($"run --config {config} --api-key sk-two", "Hello");
        var given = await _desk.RunAsync($"run --server {server.Address} --api-key sk-one", "Who are you?");
        var known = await user.RunAsync($"run --server {server.Address}", "Who are you?");

        Assert.Equal((1, 1, 0, 0), (without.ExitCode, wrong.ExitCode, given.ExitCode, known.ExitCode));
        Assert.Contains("--api-key", without.Error);
        Assert.Contains("--api-key", wrong.Error);
        Assert.Contains("tiny demo model", given.Out);
        Assert.Equal(given.Out, known.Out);
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

    private Task<(int ExitCode, string Out, string Error)> ChatAsync(string settings, string typed) =>
        _desk.RunAsync($"run demo --config {Config(settings)}", typed);

    private string Config(string settings)
    {
        var file = Path.Combine(_desk.Home, "own.conf");
        File.WriteAllText(file, "mlxactors.engine { mode = exact, threads = 1 }\n" + settings);
        return file;
    }

    private Task<(int ExitCode, string Out, string Error)> ChatAsync(TestServer server, string model, string typed) =>
        _desk.RunAsync($"run {model} --server {server.Address}", typed);
}
