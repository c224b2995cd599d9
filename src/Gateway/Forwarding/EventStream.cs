using System.Buffers;

namespace MlxActors.Gateway.Forwarding;

/// <summary>
/// A node's server-sent events on their way to the client: only whole ones go out, and when the node breaks, its stream ends with an event
/// that says so instead of in the middle of one.
/// </summary>
/// <param name="inner">What the node sends.</param>
/// <param name="lastWords">The event for a stream that broke, given how many events went out before it.</param>
/// <param name="watch">Sees each portion of whole events before it goes out.</param>
/// <param name="silence">So long the node may send nothing; then it counts as broken.</param>
/// <param name="lost">Cancelled when the node is gone.</param>
/// <param name="over">Cancelled when the gateway will wait no longer; the stream ends then as if the node had broken.</param>
internal sealed class EventStream(
    Stream inner,
    Func<StreamEnd, int, byte[]> lastWords,
    Action<ReadOnlyMemory<byte>> watch,
    TimeSpan silence,
    CancellationToken lost,
    CancellationToken over)
    : Stream
{
    private const int FirstSize = 16 << 10;

    private static readonly byte[] EventEnd = "\n\n"u8.ToArray();

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private CancellationTokenSource? _either;
    private int _start;
    private int _whole;
    private int _filled;
    private int _events;
    private bool _isOver;
    private bool _isDone;

    /// <summary>How it ended; null before, and when the client left.</summary>
    public StreamEnd? End { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="IOException">The node broke before anything went out: another one may answer yet.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_start == _whole && !_isOver)
        {
            await FillAsync(cancellationToken);
        }
        var count = Math.Min(buffer.Length, _whole - _start);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _buffer.Length > 0)
        {
            inner.Dispose();
            _either?.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
        base.Dispose(disposing);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();

        // The forwarder reads all of a stream under one token.
        _either ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lost, over);
        try
        {
            _either.CancelAfter(silence);
            var count = await inner.ReadAsync(_buffer.AsMemory(_filled), _either.Token);

            // While the client takes what there is, the node is not the silent one.
            _either.CancelAfter(Timeout.InfiniteTimeSpan);
            if (count > 0)
            {
                Take(count);
            }
            else
            {
                // What is left is no whole event, and ends as the node had it end.
                (_whole, _isOver, End) = (_filled, true, StreamEnd.Complete);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Break(StreamEnd.GivenUp);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            if (_events == 0)
            {
                throw new IOException(LossWatch.Why, e);
            }
            Break(StreamEnd.Broken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException && _events > 0)
        {
            Break(StreamEnd.Broken);
        }
    }

    private void Take(int count)
    {
        var searchFrom = Math.Max(_start, _filled - 1);
        _filled += count;
        var last = _buffer.AsSpan(searchFrom, _filled - searchFrom).LastIndexOf(EventEnd);
        if (last < 0)
        {
            return;
        }
        _whole = searchFrom + last + EventEnd.Length;
        var portion = _buffer.AsMemory(_start, _whole - _start);
        _events += portion.Span.Count(EventEnd);
        _isDone = portion.Span.EndsWith("data: [DONE]\n\n"u8);
        watch(portion);
    }

    /// <summary>In place of the event that was cut, the last words; a stream that had said its own needs none.</summary>
    private void Break(StreamEnd end)
    {
        (_isOver, _filled) = (true, _whole);
        if (_isDone)
        {
            End = StreamEnd.Complete;
            return;
        }
        End = end;
        var words = lastWords(end, _events);
        while (_buffer.Length - _filled < words.Length)
        {
            Grow();
        }
        words.CopyTo(_buffer, _filled);
        _whole = _filled += words.Length;
    }

    /// <summary>All that was whole has been read: what is left of an event moves to the front.</summary>
    private void MakeRoom()
    {
        _buffer.AsSpan(_start, _filled - _start).CopyTo(_buffer);
        (_start, _whole, _filled) = (0, 0, _filled - _start);
        if (_filled == _buffer.Length)
        {
            Grow();
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

/// <summary>How a stream of events ended.</summary>
internal enum StreamEnd
{
    /// <summary>As the node ended it.</summary>
    Complete,

    /// <summary>The node broke in the middle.</summary>
    Broken,

    /// <summary>The gateway stops, and waited for it as long as it may.</summary>
    GivenUp,
}
