using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MlxActors.Web.Tests.Telemetry;

/// <summary>A span as it came over the wire.</summary>
/// <param name="Start">Nanoseconds.</param>
internal sealed record WireSpan(string TraceId, string SpanId, string ParentId, string Name, ulong Start, ulong End);

/// <summary>An OTLP collector on loopback, as far as spans in protobuf over HTTP go.</summary>
internal sealed class SpanCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<ImmutableArray<WireSpan>> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<WireSpan> _spans = [];

    /// <param name="isWhole">Whether the spans that came so far are all that a test waits for.</param>
    private SpanCollector(WebApplication app, Func<ImmutableArray<WireSpan>, bool> isWhole)
    {
        _app = app;
        app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            lock (_gate)
            {
                _spans = _spans.AddRange(Read(body.ToArray()));
                if (isWhole(_spans))
                {
                    _found.TrySetResult(_spans);
                }
            }
        });
    }

    public string Endpoint => _app.Urls.Single();

    /// <summary>The spans, once they are all there.</summary>
    public Task<ImmutableArray<WireSpan>> Spans => _found.Task;

    public static async Task<SpanCollector> StartAsync(Func<ImmutableArray<WireSpan>, bool> isWhole)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var collector = new SpanCollector(builder.Build(), isWhole);
        await collector._app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // opentelemetry-proto: ExportTraceServiceRequest.resource_spans = 1, ResourceSpans.scope_spans = 2, ScopeSpans.spans = 2.
    private static IEnumerable<WireSpan> Read(ReadOnlyMemory<byte> request) =>
        from resource in Fields(request)
        where resource.Number == 1
        from scope in Fields(resource.Value)
        where scope.Number == 2
        from span in Fields(scope.Value)
        where span.Number == 2
        select SpanOf(Fields(span.Value).ToLookup(field => field.Number, field => field.Value));

    // Span: trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, start_time_unix_nano = 7, end_time_unix_nano = 8.
    private static WireSpan SpanOf(ILookup<int, ReadOnlyMemory<byte>> fields)
    {
        string Hex(int number) => Convert.ToHexStringLower(fields[number].FirstOrDefault().Span);
        ulong Time(int number) => BinaryPrimitives.ReadUInt64LittleEndian(fields[number].Single().Span);
        return new WireSpan(Hex(1), Hex(2), Hex(4), Encoding.UTF8.GetString(fields[5].Single().Span), Time(7), Time(8));
    }

    private static IEnumerable<(int Number, ReadOnlyMemory<byte> Value)> Fields(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            var length = (tag & 7) switch
            {
                0 => VarintLength(message.Span),
                1 => sizeof(ulong),
                2 => (int)Varint(ref message),
                5 => sizeof(uint),
                var wire => throw new InvalidDataException($"wire type {wire}"),
            };
            yield return ((int)(tag >> 3), message[..length]);
            message = message[length..];
        }
    }

    private static int VarintLength(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyInRange((byte)0, (byte)0x7F) + 1;

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        var length = VarintLength(message.Span);
        var value = 0UL;
        for (var i = length - 1; i >= 0; i--)
        {
            value = (value << 7) | (message.Span[i] & 0x7FUL);
        }
        message = message[length..];
        return value;
    }
}
