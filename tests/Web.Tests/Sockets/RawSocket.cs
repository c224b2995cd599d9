using System.Net.Sockets;
using System.Text;

namespace MlxActors.Web.Tests.Sockets;

/// <summary>A connection on which a test says what it likes. Texts are Latin-1, so that every byte is a character.</summary>
internal sealed class RawSocket : IDisposable
{
    // Bounds a failure; no test waits for it to pass.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Socket _socket;

    private RawSocket(Socket socket) => _socket = socket;

    public static async Task<RawSocket> ConnectAsync(Uri server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        return new RawSocket(socket);
    }

    /// <summary>Sends a request on a connection of its own, and reads until the server closes it.</summary>
    public static async Task<string> ExchangeAsync(Uri server, string request)
    {
        using var socket = await ConnectAsync(server);
        await socket.SendAsync(request);
        return await socket.ReadToEndAsync();
    }

    /// <summary>A server that has refused a request does not read what follows it.</summary>
    public async Task SendAsync(string text)
    {
        try
        {
            await _socket.SendAsync(Encoding.Latin1.GetBytes(text));
        }
        catch (SocketException e) when (IsEnd(e))
        {
            // What it said is still to be read.
        }
    }

    /// <summary>Says that nothing more will come; the other direction stays open.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e) when (IsEnd(e))
        {
            // The server was faster to close.
        }
    }

    /// <summary>Closes without a farewell.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>What comes until a given text, or the end.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var read = new StringBuilder();
        var buffer = new byte[4096];
        using var time = new CancellationTokenSource(Patience);
        try
        {
            while (!read.ToString().Contains(text, StringComparison.Ordinal)
                && await _socket.ReceiveAsync(buffer, time.Token) is > 0 and var count)
            {
                read.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (SocketException e) when (IsEnd(e))
        {
            // A server that closes while there is more to read ends with a reset.
        }
        return read.ToString();
    }

    public Task<string> ReadToEndAsync() => ReadUntilAsync("\uffff");

    public void Dispose() => _socket.Dispose();

    private static bool IsEnd(SocketException e) => e.SocketErrorCode
        is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.NotConnected;
}
