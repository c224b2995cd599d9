using System.Net;
using System.Net.Sockets;
using System.Text;
using MlxActors.Native.Results;
using MlxActors.Web.Media;

namespace MlxActors.Web.Tests.Media;

/// <summary>Fetching from a host on loopback, which the settings allow unless a test is about that.</summary>
public sealed class MediaFetcherTests : IAsyncDisposable
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes("the file's bytes");

    // Longer than any test should take: the limit at hand strikes first.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private static readonly FetchSettings Settings = new(
        Enabled: true,
        AllowPrivateAddresses: true,
        AllowHosts: [],
        MaxUrls: 8,
        MaxBytes: 100_000,
        Timeout: Long,
        FirstByteTimeout: Long,
        MaxRedirects: 3,
        Concurrent: 2);

    private readonly FileHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    // What is fetched

    [Fact]
    public async Task File_OfAnnouncedLength_IsItsBytes() =>
        AssertContent(await FetchAsync(_host.AnswerFile("/a.png", Content)));

    [Fact]
    public async Task File_InChunks_IsItsBytes() => AssertContent(await FetchAsync(_host.Answer(
        "/a.png",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked",
        Encoding.ASCII.GetBytes("4\r\nthe \r\nc;note=x\r\nfile's bytes\r\n0\r\n\r\n"))));

    [Fact]
    public async Task File_UpToTheConnectionsEnd_IsItsBytes() =>
        AssertContent(await FetchAsync(_host.Answer("/a.png", "HTTP/1.0 200 OK", Content)));

    [Fact]
    public async Task Length_ThatIsTooShort_EndsTheFileThere() => AssertContent(
        await FetchAsync(_host.Answer("/a.png", $"HTTP/1.1 200 OK\nContent-Length: {Content.Length}", [.. Content, .. "and more"u8])));

    [Fact]
    public async Task Request_TellsNothingOfTheServer_AndAsksForPlainBytes()
    {
        await FetchAsync(_host.AnswerFile("/a.png?x=1", Content));

        var fields = Assert.Single(_host.Requests).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("GET /a.png?x=1 HTTP/1.1", fields[0]);
        Assert.Equal(
            ["Accept", "Accept-Encoding", "Host", "User-Agent"],
            fields[1..].Select(field => field.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.Contains("Accept-Encoding: identity", fields);
    }

    // What is refused

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\nContent-Length: 0", 404)]
    [InlineData("HTTP/1.1 500 Oops\nContent-Length: 0", 500)]
    [InlineData("HTTP/1.1 204 No Content", 204)]
    [InlineData("HTTP/1.1 206 Partial Content\nContent-Length: 0", 206)]
    [InlineData("HTTP/1.1 304 Not Modified", 304)]
    [InlineData("HTTP/1.1 302 Found\nContent-Length: 0", 302)]
    public async Task Status_OtherThanOk_IsTheError(string head, int status) =>
        Assert.Equal(new FetchError.BadStatus(status), Error(await FetchAsync(_host.Answer("/a.png", head))));

    [Fact]
    public async Task File_WithoutBytes_IsAnError() =>
        Assert.Equal(new FetchError.Empty(), Error(await FetchAsync(_host.AnswerFile("/a.png", []))));

    [Fact]
    public async Task File_InAContentEncoding_IsRefused() => Assert.Equal(
        new FetchError.Encoded(),
        Error(await FetchAsync(_host.Answer("/a.png", "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 3", [1, 2, 3]))));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 1000")]
    [InlineData("HTTP/1.1 200 OK\nTransfer-Encoding: chunked")]
    [InlineData("no HTTP at all")]
    public async Task Answer_ThatBreaksOff_IsAnError(string head) =>
        Assert.Equal(new FetchError.Unreachable(), Error(await FetchAsync(_host.Answer("/a.png", head))));

    [Fact]
    public async Task Length_AboveTheLimit_IsRefusedBeforeTheBody() => Assert.Equal(
        new FetchError.TooLarge(Settings.MaxBytes),
        Error(await FetchAsync(_host.Answer("/a.png", async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"u8.ToArray());
            await ClientLeavesAsync(connection);
        }))));

    [Fact]
    public async Task Body_WithoutEnd_IsReadUpToTheLimit() => Assert.Equal(
        new FetchError.TooLarge(Settings.MaxBytes),
        Error(await FetchAsync(_host.Answer("/a.png", async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
            await WriteForeverAsync(connection, "more"u8.ToArray());
        }))));

    [Fact]
    public async Task Head_WithoutEnd_IsAnError() => Assert.Equal(
        new FetchError.Unreachable(),
        Error(await FetchAsync(_host.Answer("/a.png", async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
            await WriteForeverAsync(connection, "X-More: more\r\n"u8.ToArray());
        }))));

    [Fact]
    public async Task Files_OfOneRequest_ShareTheLimit()
    {
        var url = _host.AnswerFile("/a.png", new byte[60_000]);
        var budget = new ByteBudget(Settings.MaxBytes);
        var fetcher = Fetcher(Settings);

        Assert.Equal(60_000, Ok(await fetcher.FetchAsync(url, budget, default)).Length);
        Assert.Equal(new FetchError.TooLarge(Settings.MaxBytes), Error(await fetcher.FetchAsync(url, budget, default)));
    }

    // Time

    [Fact]
    public async Task Host_ThatDoesNotAnswer_IsGivenUp()
    {
        var url = _host.Answer("/a.png", ClientLeavesAsync);

        Assert.Equal(new FetchError.Silent(Short), Error(await FetchAsync(url, Settings with { FirstByteTimeout = Short })));
    }

    [Fact]
    public async Task Body_ThatStops_IsGivenUp()
    {
        var url = _host.Answer("/a.png", async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nthe"u8.ToArray());
            await ClientLeavesAsync(connection);
        });

        Assert.Equal(new FetchError.TooSlow(Short), Error(await FetchAsync(url, Settings with { Timeout = Short })));
    }

    [Fact]
    public async Task Body_ThatDrips_IsGivenUp()
    {
        var url = _host.Answer("/a.png", async connection =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
            while (true)
            {
                await connection.WriteAsync("."u8.ToArray());
                await Task.Delay(Short / 10);
            }
        });

        Assert.Equal(new FetchError.TooSlow(Short), Error(await FetchAsync(url, Settings with { Timeout = Short })));
    }

    [Fact]
    public async Task Name_ThatIsLookedUpForever_IsGivenUp()
    {
        var fetched = await FetchAsync(
            _host.Url("/a.png", "slow.test"),
            Settings with { Timeout = Short },
            async (_, cancellation) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
                return [];
            });

        Assert.Equal(new FetchError.TooSlow(Short), Error(fetched));
    }

    [Fact]
    public async Task Cancellation_ClosesTheConnection()
    {
        var (asked, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        var url = _host.Answer("/a.png", async connection =>
        {
            asked.SetResult();
            await ClientLeavesAsync(connection);
            left.SetResult();
        });
        using var cancellation = new CancellationTokenSource();

        var fetching = Fetcher(Settings).FetchAsync(url, new ByteBudget(Settings.MaxBytes), cancellation.Token);
        await asked.Task;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
        await left.Task;
    }

    // Redirects

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_IsFollowed(int status)
    {
        _host.AnswerFile("/b/a.png", Content);
        _host.AnswerRedirect("/b/old.png", "a.png", status);

        AssertContent(await FetchAsync(_host.AnswerRedirect("/old.png", _host.Url("/b/old.png").AbsoluteUri, status)));
    }

    [Fact]
    public async Task Redirects_InALoop_EndAtTheLimit()
    {
        _host.AnswerRedirect("/b", "/a");

        var fetched = await FetchAsync(_host.AnswerRedirect("/a", "/b"));

        Assert.Equal(new FetchError.TooManyRedirects(Settings.MaxRedirects), Error(fetched));
        Assert.Equal(1 + Settings.MaxRedirects, _host.Requests.Count);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/a.png")]
    [InlineData("gopher://127.0.0.1/a.png")]
    [InlineData("http://user:secret@127.0.0.1/a.png")]
    [InlineData("data:image/png;base64,AAAA")]
    public async Task Redirect_ToWhatIsNotFetched_IsRefused(string location) =>
        Assert.IsType<FetchError.BadUrl>(Error(await FetchAsync(_host.AnswerRedirect("/a.png", location))));

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("//224.0.0.1/")]
    [InlineData("http://0/")]
    public async Task Redirect_ToAnAddressNotAllowed_IsRefused(string location) =>
        Assert.Equal(new FetchError.AddressNotAllowed(), Error(await FetchAsync(_host.AnswerRedirect("/a.png", location))));

    [Fact]
    public async Task Redirect_FromAnAllowedHost_DoesNotLendItsAllowance()
    {
        _host.AnswerRedirect("/a.png", _host.Url("/b.png", "other.test").AbsoluteUri);

        var fetched = await FetchAsync(
            _host.Url("/a.png", "files.test"), Settings with { AllowPrivateAddresses = false, AllowHosts = ["files.test"] }, ToLoopback);

        Assert.Equal(new FetchError.AddressNotAllowed(), Error(fetched));
        Assert.Single(_host.Requests);
    }

    // Addresses

    [Theory]
    [InlineData("http://127.0.0.1:9/")]
    [InlineData("http://[::1]:9/")]
    [InlineData("http://2130706433:9/")]
    [InlineData("http://0x7f.1:9/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://169.254.169.254/")]
    public async Task Address_ThatIsPrivate_IsRefusedUnlessAllowed(string url) => Assert.Equal(
        new FetchError.AddressNotAllowed(), Error(await FetchAsync(new Uri(url), Settings with { AllowPrivateAddresses = false })));

    [Fact]
    public async Task Address_OfLinkLocal_IsRefusedAlsoWhenPrivateOnesAreAllowed() => Assert.Equal(
        new FetchError.AddressNotAllowed(), Error(await FetchAsync(new Uri("http://169.254.169.254/latest/meta-data/"))));

    [Fact]
    public async Task Name_WithOneAddressNotAllowed_IsRefusedWithoutAConnection()
    {
        var url = _host.Url("/a.png", "mixed.test");
        _host.AnswerFile("/a.png", Content);

        var fetched = await FetchAsync(
            url, Settings with { AllowPrivateAddresses = false }, (_, _) => Addresses(IPAddress.Parse("8.8.8.8"), IPAddress.Loopback));

        Assert.Equal(new FetchError.AddressNotAllowed(), Error(fetched));
        Assert.Empty(_host.Requests);
    }

    [Fact]
    public async Task Name_IsLookedUpOnce_AndTheConnectionGoesToThatAddress()
    {
        _host.AnswerFile("/a.png", Content);
        var lookUps = 0;

        var fetched = await FetchAsync(_host.Url("/a.png", "rebinding.test"), Settings, (name, _) =>
        {
            Assert.Equal("rebinding.test", name);
            return ++lookUps == 1 ? ToLoopback(name, default) : throw new InvalidOperationException("looked up twice");
        });

        AssertContent(fetched);
        Assert.Contains("Host: rebinding.test", Assert.Single(_host.Requests));
    }

    [Fact]
    public async Task Name_WhoseFirstAddressIsDead_IsReachedAtTheNext()
    {
        _host.AnswerFile("/a.png", Content);

        AssertContent(await FetchAsync(
            _host.Url("/a.png", "two.test"), Settings, (_, _) => Addresses(IPAddress.IPv6Loopback, IPAddress.Loopback)));
    }

    [Fact]
    public async Task Host_ThatIsAllowedByName_MayBePrivate()
    {
        _host.AnswerFile("/a.png", Content);

        AssertContent(await FetchAsync(
            _host.Url("/a.png", "FILES.test"),
            Settings with { AllowPrivateAddresses = false, AllowHosts = ["files.test"] },
            ToLoopback));
    }

    [Fact]
    public async Task Name_ThatIsUnknown_IsAnError() => Assert.Equal(
        new FetchError.UnknownHost(),
        Error(await FetchAsync(
            _host.Url("/a.png", "none.test"), Settings, (_, _) => throw new SocketException((int)SocketError.HostNotFound))));

    [Fact]
    public async Task Port_WhereNobodyListens_IsAnError()
    {
        await using var gone = new FileHost();
        var url = gone.Url("/a.png");
        await gone.DisposeAsync();

        Assert.Equal(new FetchError.Unreachable(), Error(await FetchAsync(url)));
    }

    private static Task<Result<ReadOnlyMemory<byte>, FetchError>> FetchAsync(
        Uri url, FetchSettings? settings = null, ResolveHost? resolve = null) => Fetcher(settings ?? Settings, resolve).FetchAsync(url, new ByteBudget((settings ?? Settings).MaxBytes), CancellationToken.None);

    private static MediaFetcher Fetcher(FetchSettings settings, ResolveHost? resolve = null) =>
        new(settings, resolve ?? ((name, _) => throw new InvalidOperationException($"{name} is looked up")), TimeProvider.System);

    private static Task<IPAddress[]> ToLoopback(string name, CancellationToken cancellationToken) =>
        Addresses(IPAddress.Loopback);

    private static Task<IPAddress[]> Addresses(params IPAddress[] addresses) => Task.FromResult(addresses);

    private static async Task ClientLeavesAsync(NetworkStream connection) => await connection.CopyToAsync(Stream.Null);

    private static async Task WriteForeverAsync(NetworkStream connection, byte[] bytes)
    {
        while (true)
        {
            await connection.WriteAsync(bytes);
        }
    }

    private static void AssertContent(Result<ReadOnlyMemory<byte>, FetchError> fetched) => Assert.Equal(Content, Ok(fetched).ToArray());

    private static ReadOnlyMemory<byte> Ok(Result<ReadOnlyMemory<byte>, FetchError> fetched) =>
        fetched.Match(content => content, error => throw new InvalidOperationException(error.Message));

    private static FetchError Error(Result<ReadOnlyMemory<byte>, FetchError> fetched) =>
        Assert.IsType<Result<ReadOnlyMemory<byte>, FetchError>.Error>(fetched).Reason;
}
