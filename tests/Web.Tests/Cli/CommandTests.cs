using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MlxActors.Web.Cli;
using MlxActors.Web.Tests.Hub;

namespace MlxActors.Web.Tests.Cli;

/// <summary>The commands as a user runs them: what comes out where, and how they end.</summary>
public sealed class CommandTests : IDisposable
{
    private const string Gemma = "models--mlx-community--gemma-3-4b-it-4bit";
    private const string Config = """{"model_type":"gemma3","vision_config":{},"quantization":{"bits":4,"group_size":64}}""";

    private readonly TestDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task Help_NamesEveryCommand_AndTheVariables()
    {
        var (exitCode, output, _) = await _desk.RunAsync("--help");

        Assert.Equal(0, exitCode);
        Assert.All(
            ["serve", "pull", "list", "show", "rm", "run", "doctor", "config", "completions", "--port", "HF_HUB_OFFLINE"],
            word => Assert.Contains(word, output));
    }

    [Fact]
    public async Task Version_IsOneLine_OnStandardOutput()
    {
        var (exitCode, output, error) = await _desk.RunAsync("--version");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"^mlxactors \d+\.\d+\.\d+\s*$", output);
        Assert.Empty(error);
    }

    [Fact]
    public async Task Pull_BringsAModel_ToWhereTheOtherCommandsFindIt()
    {
        await using var hub = Repository();
        _desk.With("HF_ENDPOINT", hub.Endpoint.ToString());

        var (exitCode, output, error) = await _desk.RunAsync($"pull {FakeHub.Id}");

        Assert.Equal(0, exitCode);
        Assert.Equal(Path.Combine(_desk.Hub, "models--org--tiny-4bit", "snapshots", FakeHub.Commit), output.Trim());
        Assert.StartsWith($"{FakeHub.Id}: 70.0 kB in 3 files", error);
        Assert.Contains(FakeHub.Id, (await _desk.RunAsync("list")).Out);
    }

    [Theory]
    [InlineData("pull gemma", true)]
    [InlineData("show gemma", false)]
    [InlineData("list", false)]
    [InlineData("doctor", false)]
    public async Task CachedModel_MakesNoRequest(string command, bool isQuick)
    {
        await using var hub = Repository();
        var snapshot = _desk.With("HF_ENDPOINT", hub.Endpoint.ToString()).Cached(Gemma, Config);

        var (exitCode, output, _) = await _desk.RunAsync(command);

        Assert.Equal(0, exitCode);
        Assert.True(!isQuick || output.Trim() == snapshot, output);
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task Pull_Refresh_AsksTheHub()
    {
        await using var hub = Repository();
        _desk.With("HF_ENDPOINT", hub.Endpoint.ToString()).Cached("models--org--tiny-4bit", Config);

        var (exitCode, output, _) = await _desk.RunAsync($"pull {FakeHub.Id} --refresh");

        Assert.Equal(0, exitCode);
        Assert.EndsWith(FakeHub.Commit, output.Trim());
    }

    [Theory]
    [InlineData("pull org/tiny-4bit")]
    [InlineData("serve org/tiny-4bit --port 0")]
    public async Task Offline_MeansNoRequest_AndSaysSo(string command)
    {
        await using var hub = Repository();
        _desk.With("HF_ENDPOINT", hub.Endpoint.ToString()).With("HF_HUB_OFFLINE", "1");

        var (exitCode, _, error) = await _desk.RunAsync(command);

        Assert.Equal(1, exitCode);
        Assert.Contains("HF_HUB_OFFLINE", error);
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task Serve_OfAMissingModel_SaysTheSizeAndDownloadsIt()
    {
        // What comes is no model that loads on: its port is taken, so that the command ends.
        await using var hub = Repository();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (exitCode, _, error) = await _desk.With("HF_ENDPOINT", hub.Endpoint.ToString()).RunAsync($"{FakeHub.Id} --port {port}");

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"{FakeHub.Id}: 70.0 kB in 3 files", error);
        Assert.Contains($"Port {port} on 127.0.0.1 is in use by ", error);
        Assert.True(Directory.Exists(Path.Combine(_desk.Hub, "models--org--tiny-4bit", "snapshots", FakeHub.Commit)));
    }

    [Fact]
    public async Task Serve_OfAModelThatTheHubDoesNotHave_Fails()
    {
        await using var hub = Repository();

        var (exitCode, _, error) = await _desk.With("HF_ENDPOINT", hub.Endpoint.ToString()).RunAsync("org/other");

        Assert.Equal(1, exitCode);
        Assert.Contains("no repository org/other", error);
    }

    [SkippableFact]
    public void PortOwner_IsNamed_WhereTheSystemTells()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux tells");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        Assert.Contains($"(process {Environment.ProcessId})", PortOwner.Find(((IPEndPoint)taken.LocalEndpoint).Port));
    }

    [Fact]
    public async Task List_ShowsWhatIsHere_OnStandardOutput_AndWhatIsNot_OnTheOther()
    {
        _desk.Cached(Gemma, Config);

        var (exitCode, output, error) = await _desk.RunAsync("list");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"(?m)^MODEL +ALIAS +SIZE +FAMILY +WINDOW +TAKES +FROM$", output);
        Assert.Matches(@"(?m)^mlx-community/gemma-3-4b-it-4bit +gemma +5\.1 kB +gemma3 +131072 +text,vision +cache$", output);
        Assert.Matches(@"(?m)^demo +- .* shipped$", output);
        Assert.Contains("`pull qwen` gets it", error);
        Assert.DoesNotContain("`pull gemma`", error);
    }

    [Fact]
    public async Task List_AsJson_IsForScripts()
    {
        var snapshot = _desk.Cached(Gemma, Config);

        using var json = JsonDocument.Parse((await _desk.RunAsync("list --json")).Out);

        var gemma = json.RootElement.EnumerateArray().Single(model => model.GetProperty("id").GetString()!.Contains("gemma-3-4b"));
        Assert.Equal(131_072, gemma.GetProperty("context_window").GetInt32());
        Assert.Equal(5000 + 2 + Config.Length, gemma.GetProperty("bytes").GetInt64());
        Assert.Equal(snapshot, gemma.GetProperty("folder").GetString());
        Assert.Equal("gemma", gemma.GetProperty("aliases")[0].GetString());
    }

    [Fact]
    public async Task Show_TellsOfOneModel()
    {
        _desk.Cached(Gemma, Config);

        var (exitCode, output, _) = await _desk.RunAsync("show gemma");
        using var json = JsonDocument.Parse((await _desk.RunAsync("show gemma --json")).Out);

        Assert.Equal(0, exitCode);
        Assert.Contains("4 bits, groups of 64", output);
        Assert.Contains("model.safetensors  5.0 kB", output);
        Assert.Equal(64, json.RootElement.GetProperty("quantization").GetProperty("group_size").GetInt32());
        Assert.Equal(3, json.RootElement.GetProperty("files").GetArrayLength());
    }

    [Theory]
    [InlineData("show gemma", 1, "`pull mlx-community/gemma-3-4b-it-4bit` gets it")]
    [InlineData("show nothing", 1, "no alias")]
    [InlineData("pull nothing", 2, "no repository id")]
    [InlineData("rm demo", 2, "only those can be deleted")]
    [InlineData("rm gemma", 1, "not in the cache")]
    [InlineData("pull", 2, "Try --help")]
    [InlineData("list --nonsense", 2, "Try --help")]
    [InlineData("list --config /no/such.conf", 2, "/no/such.conf")]
    public async Task WhatCannotBeDone_IsSaidOnStandardError(string command, int expected, string words)
    {
        var (exitCode, output, error) = await _desk.RunAsync(command);

        Assert.Equal(expected, exitCode);
        Assert.Contains(words, error);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("rm gemma --yes", null, 0)]
    [InlineData("rm gemma", "y\n", 0)]
    [InlineData("rm gemma", "n\n", 1)]
    [InlineData("rm gemma", "", 1)]
    [InlineData("rm gemma", null, 2)]
    public async Task Rm_AsksFirst(string command, string? answers, int expected)
    {
        var snapshot = _desk.Cached(Gemma, Config);

        var (exitCode, _, _) = await _desk.RunAsync(command, answers);

        Assert.Equal(expected, exitCode);
        Assert.Equal(expected != 0, Directory.Exists(snapshot));
    }

    [Fact]
    public async Task Doctor_LooksAtEverything()
    {
        using var json = JsonDocument.Parse((await _desk.RunAsync("doctor --json")).Out);

        Assert.Equal(
            ["Runtime", "SDK", "System", "Engine", "Processor", "Bandwidth", "ffmpeg", "Models", "Cache", "Port", "Hub"],
            json.RootElement.EnumerateArray().Select(found => found.GetProperty("name").GetString()));
        Assert.DoesNotContain(json.RootElement.EnumerateArray(), found => found.GetProperty("health").GetString() == "bad");
    }

    [Fact]
    public async Task Doctor_OfAMachineThatCannotServe_Fails()
    {
        var config = Path.Combine(_desk.Home, "my.conf");
        await File.WriteAllTextAsync(config, "mlxactors.models.default = [\"gemma\"]");

        var (exitCode, output, _) = await _desk.RunAsync($"doctor --config {config}");

        Assert.Equal(1, exitCode);
        Assert.Matches(@"(?m)^BAD +Models +none of the default models is here \(gemma\)", output);
    }

    private static FakeHub Repository() => new FakeHub()
        .With("config.json", Config)
        .With("tokenizer.json", "{}")
        .With("model.safetensors", new byte[70_000 - Config.Length - 2], isLarge: true);
}
