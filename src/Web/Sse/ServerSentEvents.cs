using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using MlxActors.Http.Json;

namespace MlxActors.Web.Sse;

/// <summary>
/// Server-sent events whose data are JSON, written straight into the connection's buffer: one writer per response, nothing allocated per
/// event.
/// </summary>
internal sealed class ServerSentEvents : IDisposable
{
    private readonly HttpContext _context;
    private readonly TimeSpan _stall;
    private readonly PipeWriter _output;
    private readonly Utf8JsonWriter _json;

    /// <summary>Starts the response.</summary>
    /// <param name="stall">How long the client may take nothing of what is there; then the connection is broken off.</param>
    public ServerSentEvents(HttpResponse response, TimeSpan stall)
    {
        (_context, _stall) = (response.HttpContext, stall);
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";

        // Proxies of the nginx kind would otherwise hold the events back.
        response.Headers["X-Accel-Buffering"] = "no";

        // A slow reader may be as slow as it likes, as long as it reads.
        if (_context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
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

    /// <summary>Writes one event with a name.</summary>
    /// <param name="name">In ASCII.</param>
    public void Write<TState>(string name, TState state, Action<Utf8JsonWriter, TState> write)
    {
        _output.Write("event: "u8);
        Encoding.UTF8.GetBytes(name, _output);
        _output.Write("\n"u8);
        Write(state, write);
    }

    /// <summary>A line that readers of events pass over.</summary>
    public void WriteComment(string text)
    {
        _output.Write(": "u8);
        Encoding.UTF8.GetBytes(text, _output);
        _output.Write("\n\n"u8);
    }

    /// <summary>The event by which OpenAI's streams end.</summary>
    public void WriteDone() => _output.Write("data: [DONE]\n\n"u8);

    /// <returns>False when the client is gone, or was given up because it took nothing.</returns>
    public async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var flush = _output.FlushAsync(cancellationToken);
        if (flush.IsCompleted)
        {
            return !(await flush).IsCompleted;
        }
        var flushing = flush.AsTask();
        try
        {
            return !(await flushing.WaitAsync(_stall, cancellationToken)).IsCompleted;
        }
        catch (TimeoutException)
        {
            _context.Abort();
            await ((Task)flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }

    public void Dispose() => _json.Dispose();
}
