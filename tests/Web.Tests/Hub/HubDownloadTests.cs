using System.Collections.Concurrent;
using MlxActors.Models;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Tests.Hub;

/// <summary>Downloads from a hub that fails in every way a hub can.</summary>
public sealed partial class HubDownloadTests : IAsyncLifetime
{
    private const string Weights = "model.safetensors";
    private const int WeightBytes = 1_000_000;

    private readonly DirectoryInfo _disk = Directory.CreateTempSubdirectory("mlxactors-");
    private readonly ConcurrentQueue<PullEvent> _events = new();
    private readonly FakeHub _hub = TinyRepository();

    private HubCache Cache => new(_disk.FullName);

    private RepoFolder Folder => new(Cache, Id);

    private static RepoId Id => RepoId.TryParse(FakeHub.Id, out var id) ? id : throw new InvalidOperationException();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _hub.DisposeAsync();
        _disk.Delete(recursive: true);
    }

    [Fact]
    public async Task Pull_TakesTheNeededFiles_AndPlacesThemAsTheHubsOwnToolsDo()
    {
        var snapshot = Ok(await PullAsync());

        Assert.Equal(Path.Combine(Folder.Root, "snapshots", FakeHub.Commit), snapshot);
        Assert.Equal(
            ["config.json", "model.safetensors", "tokenizer.json"],
            Directory.GetFiles(snapshot).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.Equal(Path.Combine("..", "..", "blobs", _hub.EtagOf(Weights)), new FileInfo(Path.Combine(snapshot, Weights)).LinkTarget);
        Assert.Equal(_hub.ContentOf(Weights), await File.ReadAllBytesAsync(Path.Combine(Folder.Root, "blobs", _hub.EtagOf(Weights))));
        Assert.Equal(FakeHub.Commit, await File.ReadAllTextAsync(Path.Combine(Folder.Root, "refs", "main")));
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(Folder.Root, "blobs")), file => file.EndsWith(".incomplete"));
        Assert.DoesNotContain(_hub.Requests, request => request.Path.Contains("README.md") || request.Path.Contains("original"));
    }

    [Fact]
    public async Task Pull_Done_IsFoundByTheCatalog()
    {
        var snapshot = Ok(await PullAsync());

        var catalog = new ModelCatalog([new ModelAlias("tiny", FakeHub.Id)], null, Cache, []);
        Assert.Equal(
            new ModelLocation(FakeHub.Id, snapshot), catalog.Resolve("tiny").Match(found => found, Fail<ModelLocation>));
    }

    [Fact]
    public async Task Pull_OfWhatIsThere_AsksForNoFile()
    {
        Ok(await PullAsync());
        var before = _hub.Requests.Count;

        Ok(await PullAsync());

        Assert.Equal([FakeHub.Listing], _hub.Requests.Skip(before).Select(request => request.Path));
    }

    [Fact]
    public async Task Token_IsSentToTheHub_ButToNoOtherHost()
    {
        Ok(await PullAsync(token: "hf_secret"));

        Assert.All(_hub.Requests, request => Assert.Equal(
            request.Host.StartsWith("127.0.0.1", StringComparison.Ordinal) ? "Bearer hf_secret" : null, request.Authorization));
        Assert.Contains(_hub.Requests, request => request.Host.StartsWith("localhost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task BrokenConnection_GoesOnByRange()
    {
        _hub.Break(_hub.PathOf(Weights), Troubles.BreakAfter(400_000));
        _hub.Break(_hub.PathOf(Weights), Troubles.BreakAfter(100_000));

        await AssertWholeAsync(Ok(await PullAsync()));

        Assert.Equal([null, 400_000, 500_000], RangesOf(Weights));
    }

    [Fact]
    public async Task BrokenConnection_ThatBringsALittleEachTime_IsNotGivenUp()
    {
        _hub.Break(_hub.PathOf(Weights), Troubles.BreakAfter(50_000), times: 9);

        await AssertWholeAsync(Ok(await PullAsync()));
    }

    [Fact]
    public async Task BrokenConnection_ThatBringsNothing_IsGivenUp_AndSaysThatItCanGoOn()
    {
        _hub.Break(_hub.PathOf(Weights), Troubles.BreakAfter(0), times: 20);

        Assert.Contains("goes on from there", Error<HubError.Broken>(await PullAsync()).Message);
        Assert.Equal(1 + Hurried.Retries.Count, RangesOf(Weights).Count());
    }

    [Fact]
    public async Task ConnectionThatStalls_CountsAsBroken()
    {
        _hub.Break(_hub.PathOf(Weights), Troubles.StallAfter(300_000));

        await AssertWholeAsync(Ok(await PullAsync(Hurried with { Patience = TimeSpan.FromMilliseconds(300) })));

        Assert.Equal([null, 300_000], RangesOf(Weights));
    }

    [Fact]
    public async Task Interrupted_AndStartedAgain_GoesOnWhereItWas()
    {
        _hub.Break(_hub.PathOf(Weights), Troubles.StallAfter(300_000));
        using var interrupt = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PullAsync(
            Hurried, onEvent: happened =>
            {
                if (happened is PullEvent.Received(var file, 300_000) && file.Path == Weights)
                {
                    interrupt.Cancel();
                }
            },
            cancellationToken: interrupt.Token));

        Assert.False(Directory.Exists(Path.Combine(Folder.Root, "snapshots")));
        Assert.Equal(300_000, new FileInfo(Path.Combine(Folder.Root, "blobs", _hub.EtagOf(Weights) + ".incomplete")).Length);
        await AssertWholeAsync(Ok(await PullAsync()));
        Assert.Equal([null, 300_000], RangesOf(Weights));
    }

    [Fact]
    public async Task LeftoversOfAnotherTool_ThatAreWrong_AreThrownAway()
    {
        Directory.CreateDirectory(Path.Combine(Folder.Root, "blobs"));
        await File.WriteAllBytesAsync(Path.Combine(Folder.Root, "blobs", _hub.EtagOf(Weights) + ".incomplete"), new byte[WeightBytes]);

        await AssertWholeAsync(Ok(await PullAsync()));

        Assert.Equal([null], RangesOf(Weights));
    }

    [Fact]
    public async Task ServerThatIgnoresRanges_IsReadFromTheStart()
    {
        _hub.Break(_hub.PathOf(Weights), Troubles.BreakAfter(400_000));
        _hub.Break(_hub.PathOf(Weights), Troubles.IgnoreRange);

        await AssertWholeAsync(Ok(await PullAsync()));
    }

    [Theory]
    [InlineData(Weights)]
    [InlineData("tokenizer.json")]
    public async Task WrongBytes_AreFetchedAnew(string file)
    {
        _hub.Break(_hub.PathOf(file), Troubles.WrongByte);

        await AssertWholeAsync(Ok(await PullAsync()));
    }

    [Fact]
    public async Task WrongBytes_EveryTime_AreNeverPlaced()
    {
        _hub.Break(_hub.PathOf(Weights), Troubles.WrongByte, times: 10);
        _hub.Break(_hub.PathOf(Weights), Troubles.TooLong, times: 10);

        Assert.Contains(Weights, Error<HubError.Corrupt>(await PullAsync()).Message);
        Assert.False(File.Exists(Path.Combine(Folder.Root, "blobs", _hub.EtagOf(Weights))));
        Assert.False(Directory.Exists(Path.Combine(Folder.Root, "snapshots")));
        Assert.False(Directory.Exists(Path.Combine(Folder.Root, "refs")));
    }

    [Theory]
    [InlineData("401 Unauthorized", "X-Error-Code: GatedRepo\r\n", null, typeof(HubError.Gated), "set HF_TOKEN")]
    [InlineData("403 Forbidden", "X-Error-Code: GatedRepo\r\n", "hf_x", typeof(HubError.Gated), "licence must be accepted")]
    [InlineData("403 Forbidden", "", "hf_x", typeof(HubError.Gated), "licence must be accepted")]
    [InlineData("401 Unauthorized", "X-Error-Code: RepoNotFound\r\n", null, typeof(HubError.NotFound), "no repository org/tiny-4bit")]
    [InlineData("401 Unauthorized", "", "hf_x", typeof(HubError.BadToken), "does not accept the token")]
    [InlineData("404 Not Found", "", null, typeof(HubError.NotFound), "no repository org/tiny-4bit")]
    [InlineData("418 I'm a teapot", "", null, typeof(HubError.Unexpected), "status 418")]
    public async Task Refusal_IsNotTriedAgain_AndSaysWhatToDo(string status, string fields, string? token, Type expected, string words)
    {
        _hub.Break(FakeHub.Listing, Troubles.Status(status, fields), times: 10);

        var error = Error<HubError>(await PullAsync(token: token));

        Assert.IsType(expected, error);
        Assert.Contains(words, error.Message);
        Assert.Single(_hub.Requests);
    }

    [Fact]
    public async Task ServerError_IsTriedAgain()
    {
        _hub.Break(FakeHub.Listing, Troubles.Status("503 Service Unavailable"), times: 2);
        _hub.Break(_hub.PathOf(Weights), Troubles.Status("500 Internal Server Error"), times: 2);

        await AssertWholeAsync(Ok(await PullAsync()));
    }

    [Fact]
    public async Task ServerError_ThatStays_IsReported()
    {
        _hub.Break(FakeHub.Listing, Troubles.Status("502 Bad Gateway"), times: 20);

        Assert.Contains("502", Error<HubError.ServerFailed>(await PullAsync()).Message);
        Assert.Equal(1 + Hurried.Retries.Count, _hub.Requests.Count);
    }

    [Fact]
    public async Task TooManyRequests_WaitsAsLongAsTheHubAsks()
    {
        _hub.Break(FakeHub.Listing, Troubles.Status("429 Too Many Requests", "Retry-After: 1\r\n"));

        Ok(await PullAsync());

        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Single(_events.OfType<PullEvent.Retrying>()).Delay);
    }

    [Fact]
    public async Task TooManyRequests_WithAWaitOfHours_IsReportedAtOnce()
    {
        _hub.Break(FakeHub.Listing, Troubles.Status("429 Too Many Requests", "Retry-After: 7200\r\n"), times: 2);

        Assert.Contains("7200 s", Error<HubError.RateLimited>(await PullAsync()).Message);
        Assert.Single(_hub.Requests);
    }

    [Fact]
    public async Task HubThatIsNotThere_IsNamed()
    {
        var endpoint = _hub.Endpoint;
        await _hub.StopAsync();

        Assert.Contains(endpoint.ToString(), Error<HubError.Unreachable>(await PullAsync()).Message);
    }

    [Theory]
    [InlineData("<html>Sign in to the network</html>")]
    [InlineData("{}")]
    [InlineData("""{"sha":"main","siblings":[]}""")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"config.json","size":2}]}""")]
    [InlineData("""{"sha":"0123456789abcdef0123456789abcdef01234567","siblings":[{"rfilename":"a.json","size":2,"blobId":"../../x"}]}""")]
    public async Task AnswerOfSomethingElse_IsToldApart(string body)
    {
        _hub.Break(FakeHub.Listing, (_, connection, _, _) =>
            FakeHub.SendAsync(connection, "200 OK", System.Text.Encoding.UTF8.GetBytes(body)));

        Assert.Contains("HF_ENDPOINT", Error<HubError.Unexpected>(await PullAsync()).Message);
    }

    [Fact]
    public async Task RepositoryOfAnotherFormat_IsRefused_BeforeAnythingIsDownloaded()
    {
        await using var hub = new FakeHub()
            .With("config.json", "{}")
            .With("tokenizer.json", "{}")
            .With("model.gguf", [1, 2], isLarge: true);

        Assert.Contains("safetensors", Error<HubError.NoCheckpoint>(await PullAsync(Hurried, hub: hub)).Message);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [InlineData("""{"model_type":"llama"}""", "of the family llama")]
    [InlineData("""{"architectures":["X"]}""", "no family that its config.json names")]
    [InlineData("no json", "no family that its config.json names")]
    public async Task UnknownFamily_IsRefused_AfterTheConfigAlone_AndTheKnownOnesAreNamed(string config, string words)
    {
        await using var hub = TinyRepository().With("config.json", config);

        var error = Error<HubError.UnknownFamily>(await PullAsync(Hurried, hub: hub));

        Assert.Contains(words, error.Message);
        Assert.All(ModelLoader.KnownTypes, family => Assert.Contains(family, error.Message));
        Assert.Equal([FakeHub.Listing, hub.PathOf("config.json")], hub.Requests.Select(request => request.Path));
        Assert.False(Directory.Exists(Path.Combine(Folder.Root, "snapshots")));
    }

    [Fact]
    public async Task Config_ComesBeforeEverythingElse()
    {
        await AssertWholeAsync(Ok(await PullAsync()));

        Assert.Equal([FakeHub.Listing, _hub.PathOf("config.json")], _hub.Requests.Take(2).Select(request => request.Path));
    }

    [Fact]
    public async Task DiskWithoutRoom_IsSaidBeforeAnythingIsDownloaded()
    {
        Assert.Contains("1.0 MB", Error<HubError.NoSpace>(await PullAsync(Hurried with { FreeBytes = _ => 999_999 })).Message);
        Assert.Single(_hub.Requests);
    }

    [Fact]
    public async Task DiskThatFillsUp_IsSaid_AndWhatCameStays()
    {
        var filling = Hurried with { Open = path => new FullDisk(path, path.Contains(_hub.EtagOf(Weights)) ? 600_000 : 1000) };

        Assert.Contains("is full", Error<HubError.DiskFull>(await PullAsync(filling)).Message);

        Assert.NotEqual(0, new FileInfo(Path.Combine(Folder.Root, "blobs", _hub.EtagOf(Weights) + ".incomplete")).Length);
        await AssertWholeAsync(Ok(await PullAsync()));
    }

    [Fact]
    public async Task FileLockedByAnotherProgram_IsWaitedFor_AndTakenFromIt()
    {
        var path = Path.Combine(_disk.FullName, ".locks", "models--org--tiny-4bit", _hub.EtagOf(Weights) + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var other = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        await AssertWholeAsync(Ok(await PullAsync(Hurried, onEvent: happened =>
        {
            if (happened is PullEvent.Waiting)
            {
                File.WriteAllBytes(Path.Combine(Folder.Root, "blobs", _hub.EtagOf(Weights)), _hub.ContentOf(Weights));
                other.Dispose();
            }
        })));

        Assert.Empty(RangesOf(Weights));
    }

    [Fact]
    public async Task Shards_AreTakenByTheIndex()
    {
        await using var hub = TinyRepository()
            .With("model.safetensors.index.json", """{"weight_map":{"a":"model-00001-of-00001.safetensors"}}""")
            .With("model-00001-of-00001.safetensors", new byte[2000], isLarge: true)
            .With("consolidated.safetensors", new byte[3000], isLarge: true)
            .With("model/../../evil.safetensors", new byte[10], isLarge: true);

        var snapshot = Ok(await PullAsync(Hurried, hub: hub));

        Assert.Equal(2000, new FileInfo(Path.Combine(snapshot, "model-00001-of-00001.safetensors")).ResolveLinkTarget(true) is FileInfo file
            ? file.Length
            : -1);
        Assert.False(File.Exists(Path.Combine(snapshot, "consolidated.safetensors")));
    }

    private static DownloadTerms Hurried { get; } = new(
        new Retries(3, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(2)),
        TimeSpan.FromSeconds(30),
        _ => long.MaxValue,
        DownloadTerms.Default.Open,
        TimeProvider.System);

    private static FakeHub TinyRepository() => new FakeHub()
        .With("config.json", """{"model_type":"gemma3"}""")
        .With("tokenizer.json", """{"model":{}}""")
        .With("README.md", "# Tiny")
        .With("original/model.safetensors", "not this one")
        .With(Weights, [.. Enumerable.Range(0, WeightBytes).Select(i => (byte)(i * 31 / 7))], isLarge: true);

    private IEnumerable<long?> RangesOf(string file) =>
        _hub.Requests.Where(request => request.Path == _hub.PathOf(file)).Select(request => request.From);

    private Task<Result<string, HubError>> PullAsync(string? token = null) => PullAsync(Hurried, token);

    private async Task<Result<string, HubError>> PullAsync(
        DownloadTerms terms,
        string? token = null,
        FakeHub? hub = null,
        Action<PullEvent>? onEvent = null,
        CancellationToken cancellationToken = default)
    {
        using var http = HubClient.NewHttp();
        var settings = new HubSettings((hub ?? _hub).Endpoint, token, IsOffline: false);
        return await new HubDownload(new HubClient(settings, http, TimeProvider.System), Cache, terms).PullAsync(
            Id,
            happened =>
            {
                _events.Enqueue(happened);
                onEvent?.Invoke(happened);
            },
            cancellationToken);
    }

    private async Task AssertWholeAsync(string snapshot)
    {
        foreach (var file in new[] { "config.json", "tokenizer.json", Weights })
        {
            Assert.Equal(_hub.ContentOf(file), await File.ReadAllBytesAsync(Path.Combine(snapshot, file)));
        }
    }

    /// <summary>A disk with so much room for a file.</summary>
    private sealed class FullDisk(string path, long room) : FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 0)
    {
        private const int NoSpaceLeft = 28;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position + buffer.Length > room
                ? throw new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : NoSpaceLeft)
                : base.WriteAsync(buffer, cancellationToken);
    }

    private static string Ok(Result<string, HubError> result) => result.Match(snapshot => snapshot, error => Fail<string>(error.Message));

    private static TError Error<TError>(Result<string, HubError> result)
        where TError : HubError => Assert.IsAssignableFrom<TError>(Assert.IsType<Result<string, HubError>.Error>(result).Reason);

    private static T Fail<T>(string why) => throw new Xunit.Sdk.XunitException(why);
}
