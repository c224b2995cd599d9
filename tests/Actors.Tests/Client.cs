using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using MlxActors.Actors.Streams;
using MlxActors.Generation;

namespace MlxActors.Actors.Tests;

/// <summary>Reads a stream event by event, as slowly as a scenario wants, and goes away when told to.</summary>
public sealed class Client(Source<GenerationEvent, NotUsed> source, IMaterializer materializer)
{
    private readonly CancellationTokenSource _gone = new();
    private readonly List<GenerationEvent> _read = [];
    private IAsyncEnumerator<GenerationEvent>? _events;
    private Task<bool>? _next;

    public IReadOnlyList<GenerationEvent> Events => _read;

    /// <summary>Opens the stream; the first event is on its way.</summary>
    public void Begin()
    {
        _events = source.ReadAsync(materializer, _gone.Token).GetAsyncEnumerator();
        _next = _events.MoveNextAsync().AsTask();
    }

    /// <summary>The next event, or null at the end.</summary>
    public async Task<GenerationEvent?> Next()
    {
        var more = await (_next ?? _events!.MoveNextAsync().AsTask()).WaitAsync(TimeSpan.FromSeconds(60));
        _next = null;
        if (!more)
        {
            return null;
        }
        _read.Add(_events!.Current);
        return _read[^1];
    }

    public async Task<IReadOnlyList<GenerationEvent>> ReadToEnd()
    {
        while (await Next() is not null)
        {
        }
        return _read;
    }

    /// <summary>The connection breaks.</summary>
    public async Task Disconnect()
    {
        await _gone.CancelAsync();
        await (_next ?? Task.CompletedTask);
        await _events!.DisposeAsync();
    }
}
