using System.Runtime.CompilerServices;
using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace MlxActors.Actors.Streams;

public static class StreamReading
{
    /// <summary>
    /// Runs a stream and reads it. However the loop is left, by its end, a break or the cancellation, which ends it without an exception,
    /// nothing of the stream stays behind: an enumerator of the library that is only disposed would leave the stream's actor
    /// waiting for ever for somebody to pull what is in its buffer.
    /// </summary>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        this Source<T, NotUsed> source, IMaterializer materializer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var elements = source.Via(left.Token.AsFlow<T>(cancelGracefully: true))
            .RunAsAsyncEnumerable(materializer)
            .GetAsyncEnumerator(CancellationToken.None);
        var goesOn = true;
        try
        {
            while (goesOn = await elements.MoveNextAsync())
            {
                yield return elements.Current;
            }
        }
        finally
        {
            await left.CancelAsync();
            while (goesOn)
            {
                // Pulled so that the stream can end.
                goesOn = await elements.MoveNextAsync();
            }
        }
    }
}
