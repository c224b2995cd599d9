using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlxActors.Web.Tests.Media;

/// <summary>Answers a connection's one request; the connection closes when the task ends.</summary>
internal delegate Task AnswerRequest(NetworkStream connection);

/// <summary>A host on loopback that answers each path byte by byte as a test says: no HTTP library keeps it from lying.</summary>
internal sealed class FileHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, AnswerRequest> _answers = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _serving;

    public FileHost()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The heads of the requests that came.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public Uri Url(string path, string host = "127.0.0.1") => new($"http://{host}:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}");

    public Uri Answer(string path, AnswerRequest answer)
    {
        _answers[path] = answer;
        return Url(path);
    }

    /// <param name="head">The status line and fields, a line each.</param>
    public Uri Answer(string path, string head, byte[]? body = null) => Answer(path, async connection =>
    {
        await connection.WriteAsync(Encoding.ASCII.GetBytes($"{head.ReplaceLineEndings("\r\n")}\r\n\r\n"));
        await connection.WriteAsync(body ?? []);
    });

    public Uri AnswerFile(string path, byte[] content) => Answer(path, $"HTTP/1.1 200 OK\nContent-Length: {content.Length}", content);

    public Uri AnswerRedirect(string path, string location, int status = 302) =>
        Answer(path, $"HTTP/1.1 {status} Elsewhere\nContent-Length: 0\nLocation: {location}");

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

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
                var head = await HeadAsync(connection);
                _requests.Enqueue(head);
                await _answers[head.Split(' ')[1]](connection);
                await FinishAsync(client, connection);
            }
            catch (IOException)
            {
                // The client left, which many of these answers are about.
            }
        }
    }

    // Closing at once could overtake what was just written.
    private static async Task FinishAsync(TcpClient client, NetworkStream connection)
    {
        client.Client.Shutdown(SocketShutdown.Send);
        await connection.CopyToAsync(Stream.Null);
    }

    private static async Task<string> HeadAsync(NetworkStream connection)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await connection.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
        }
        return head.ToString();
    }
}
