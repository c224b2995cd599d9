using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;

namespace MlxActors.Http.Hosting;

/// <summary>
/// Gives the errors that Kestrel itself answers OpenAI's shape: of heads that are malformed, too large or too slow it makes no request, and
/// so no middleware sees them. They leave it without a body; here, on their way to the connection, they get one.
/// </summary>
internal sealed class BareErrors(PipeWriter inner) : PipeWriter
{
    /// <summary>Room for the whole head of such an answer, so that it is written at once.</summary>
    private const int HeadRoom = 512;

    private const int StatusDigits = 3;

    private Memory<byte> _room;

    public static ConnectionDelegate Around(ConnectionDelegate next) => connection =>
    {
        connection.Transport = new Duplex(connection.Transport.Input, new BareErrors(connection.Transport.Output));
        return next(connection);
    };

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _room = inner.GetMemory(Math.Max(sizeHint, HeadRoom));

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (StatusOf(_room.Span[..bytes]) is { } status)
        {
            // What stands in the room has not been advanced over, and is written anew.
            var head = _room.Span[..bytes].ToArray();
            inner.Write(WithBody(head, status));
        }
        else
        {
            inner.Advance(bytes);
            _room = _room[bytes..];
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    /// <summary>The status of an error that has no body and closes the connection; null for anything else.</summary>
    private static int? StatusOf(ReadOnlySpan<byte> written) =>
        written.StartsWith("HTTP/1.1 "u8) && written.Length < HeadRoom
        && written[..^"\r\n"u8.Length].IndexOf("\r\nContent-Length: 0\r\n"u8) > 0
        && written.EndsWith("\r\n\r\n"u8)
        && written.IndexOf("\r\nConnection: close\r\n"u8) > 0
        && written.IndexOf("\r\nContent-Type:"u8) < 0
        && Utf8Parser.TryParse(written["HTTP/1.1 "u8.Length..], out int status, out var digits) && digits == StatusDigits && status >= 400
            ? status
            : null;

    private static byte[] WithBody(ReadOnlySpan<byte> head, int status)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, JsonResponses.Options))
        {
            ErrorWriter.Write(json, ApiError.OfHead(status));
        }
        var length = head.IndexOf("Content-Length: 0\r\n"u8);
        return
        [
            .. head[..length],
            .. System.Text.Encoding.ASCII.GetBytes($"Content-Type: {JsonResponses.ContentType}\r\nContent-Length: {body.WrittenCount}\r\n"),
            .. head[(length + "Content-Length: 0\r\n"u8.Length)..],
            .. body.WrittenSpan,
        ];
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
