using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MlxActors.Web.Tests.Hub;

/// <summary>A request as it came.</summary>
/// <param name="Path">With the query.</param>
internal sealed record HubRequest(string Path, string Host, string? Authorization, long? From);

/// <summary>Answers one request in the place of the fake; nothing more is sent afterwards.</summary>
internal delegate Task HubTrouble(FakeHub hub, NetworkStream connection, HubRequest request, CancellationToken cancellationToken);

/// <summary>
/// One repository on a hub on loopback, as huggingface.co serves it: a listing, small files from the hub itself, large ones by a redirect
/// to another host. It breaks as a test says, for as many requests as the test says.
/// </summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Id = "org/tiny-4bit";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, (byte[] Content, bool IsLarge)> _files = [];
    private readonly ConcurrentQueue<HubRequest> _requests = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<HubTrouble>> _troubles = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public FakeHub()
    {
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{Port}/");
        _serving = ServeAsync();
    }

    public Uri Endpoint { get; }

    public IReadOnlyCollection<HubRequest> Requests => _requests;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static string Listing => $"/api/models/{Id}/revision/main?blobs=true";

    /// <summary>Where a file's bytes come from in the end.</summary>
    public string PathOf(string file) => _files[file].IsLarge ? $"/cdn/{EtagOf(file)}" : $"/{Id}/resolve/{Commit}/{file}";

    public string EtagOf(string file)
    {
        var (content, isLarge) = _files[file];
        return Convert.ToHexStringLower(isLarge
            ? SHA256.HashData(content)
            : SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
    }

    public byte[] ContentOf(string file) => _files[file].Content;

    public FakeHub With(string file, string content) => With(file, Encoding.UTF8.GetBytes(content), isLarge: false);

    public FakeHub With(string file, byte[] content, bool isLarge)
    {
        _files[file] = (content, isLarge);
        return this;
    }

    /// <summary>The next requests for a path go wrong, one after the other.</summary>
    public void Break(string path, HubTrouble trouble, int times = 1)
    {
        var queue = _troubles.GetOrAdd(path, _ => new ConcurrentQueue<HubTrouble>());
        for (var i = 0; i < times; i++)
        {
            queue.Enqueue(trouble);
        }
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <param name="declared">The length that the head claims.</param>
    public static async Task SendAsync(NetworkStream connection, string status, byte[] body, string fields = "", int? declared = null)
    {
        var length = (declared ?? body.Length).ToString(CultureInfo.InvariantCulture);
        var head = $"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{fields}\r\n";
        await connection.WriteAsync(Encoding.ASCII.GetBytes(head));
        await connection.WriteAsync(body);
    }

    /// <summary>The bytes of a file that a request is for, by where they come from.</summary>
    public byte[] Wanted(HubRequest request) =>
        _files.Where(file => PathOf(file.Key) == request.Path).Select(file => file.Value.Content).First()[(int)(request.From ?? 0)..];

    private async Task ServeAsync()
    {
        var answering = new List<Task>();
        try
        {
            while (true)
            {
                answering.Add(AnswerAsync(await _listener.AcceptTcpClientAsync()));
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // Stopped, while it waited or before it waited again.
        }
        await Task.WhenAll(answering);
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var connection = client.GetStream();
                if (await ReadAsync(connection) is not { } request)
                {
                    return;
                }
                _requests.Enqueue(request);
                await (_troubles.TryGetValue(request.Path, out var queue) && queue.TryDequeue(out var trouble)
                    ? trouble(this, connection, request, _stop.Token)
                    : WellAsync(connection, request));
                client.Client.Shutdown(SocketShutdown.Send);
                await connection.CopyToAsync(Stream.Null, _stop.Token);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // The client left, which many of these answers are about; or the test is over.
            }
        }
    }

    private Task WellAsync(NetworkStream connection, HubRequest request) =>
        request.Path == Listing ? SendAsync(connection, "200 OK", ListingJson())
        : _files.Keys.FirstOrDefault(file => PathOf(file) == request.Path) is not null ? SendFileAsync(connection, request)
        : _files.Keys.FirstOrDefault(file => $"/{Id}/resolve/{Commit}/{file}" == request.Path) is { } large
            ? SendAsync(connection, "302 Found", [], $"Location: http://localhost:{Port}{PathOf(large)}\r\n")
        : SendAsync(connection, "404 Not Found", []);

    private Task SendFileAsync(NetworkStream connection, HubRequest request)
    {
        var body = Wanted(request);
        return request.From is { } from
            ? SendAsync(
                connection, "206 Partial Content", body, $"Content-Range: bytes {from}-{from + body.Length - 1}/{from + body.Length}\r\n")
            : SendAsync(connection, "200 OK", body);
    }

    private byte[] ListingJson() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        id = Id,
        sha = Commit,
        siblings = _files.Select(file => file.Value.IsLarge
            ? (object)new
            {
                rfilename = file.Key,
                size = file.Value.Content.Length,
                blobId = new string('0', 40),
                lfs = new { sha256 = EtagOf(file.Key), size = file.Value.Content.Length, pointerSize = 134 },
            }
            : new { rfilename = file.Key, size = file.Value.Content.Length, blobId = EtagOf(file.Key) }),
    });

    private static async Task<HubRequest?> ReadAsync(NetworkStream connection)
    {
        using var reader = new StreamReader(connection, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { } first)
        {
            return null;
        }
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':');
            fields[line[..colon]] = line[(colon + 1)..].Trim();
        }
        return new HubRequest(
            first.Split(' ')[1],
            fields["Host"],
            fields.GetValueOrDefault("Authorization"),
            fields.TryGetValue("Range", out var range)
                ? long.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture)
                : null);
    }
}
