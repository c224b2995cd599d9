using Akka.Streams.Implementation.Sinks;

namespace Akka.Streams.Implementation;

/// <summary>Runs a stream for each enumeration; leaving the loop cancels it.</summary>
internal sealed class StreamAsyncEnumerable<T>(Func<HandoffSink<T>> run) : IAsyncEnumerable<T>
{
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        var sink = run();
        try
        {
            while (await MoreAsync(sink, cancellationToken).ConfigureAwait(false))
            {
                while (sink.Reader.TryRead(out var element))
                {
                    sink.Taken();
                    yield return element;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            await sink.DetachAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A token that is cancelled while waiting ends the loop without an exception.</summary>
    private static async ValueTask<bool> MoreAsync(HandoffSink<T> sink, CancellationToken cancellationToken)
    {
        try
        {
            return await sink.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
