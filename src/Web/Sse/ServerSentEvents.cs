using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using MlxActors.Web.OpenAi.Contracts;

namespace MlxActors.Web.Sse;

/// <summary>
/// Server-sent events whose data are JSON, written straight into the connection's buffer: one writer per response, nothing allocated per
/// event.
/// </summary>
internal sealed class ServerSentEvents : IDisposable
{
    private readonly PipeWriter _output;
    private readonly Utf8JsonWriter _json;

    /// <summary>Starts the response.</summary>
    public ServerSentEvents(HttpResponse response)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";

        // Proxies of the nginx kind would otherwise hold the events back.
        response.Headers["X-Accel-Buffering"] = "no";
        _output = response.BodyWriter;
        _json = new Utf8JsonWriter(_output, JsonResponses.Options);
    }

    /// <summary>Writes one event; it goes out with the next <see cref="FlushAsync"/>.</summary>
    public void Write<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        _output.Write("data: "u8);
        _json.Reset(_output);
        write(_json, state);
        _json.Flush();
        _output.Write("\n\n"u8);
    }

    /// <summary>The event by which OpenAI's streams end.</summary>
    public void WriteDone() => _output.Write("data: [DONE]\n\n"u8);

    /// <returns>False when the client is gone.</returns>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellationToken) =>
        !(await _output.FlushAsync(cancellationToken)).IsCompleted;

    public void Dispose() => _json.Dispose();
}
