namespace Akka.Streams;

public interface IQueueOfferResult;

public sealed class QueueOfferResult
{
    public sealed class Enqueued : IQueueOfferResult
    {
        public static readonly Enqueued Instance = new();

        private Enqueued()
        {
        }
    }

    public sealed class Dropped : IQueueOfferResult
    {
        public static readonly Dropped Instance = new();

        private Dropped()
        {
        }
    }

    public sealed class QueueClosed : IQueueOfferResult
    {
        public static readonly QueueClosed Instance = new();

        private QueueClosed()
        {
        }
    }

    public sealed class Failure(Exception cause) : IQueueOfferResult
    {
        public Exception Cause { get; } = cause;
    }
}

public interface ISourceQueue<in T>
{
    Task<IQueueOfferResult> OfferAsync(T element);

    Task WatchCompletionAsync();
}

public interface ISourceQueueWithComplete<in T> : ISourceQueue<T>
{
    /// <summary>Ends the stream after the elements that are buffered.</summary>
    void Complete();

    /// <summary>Fails the stream at once.</summary>
    void Fail(Exception ex);

    new Task WatchCompletionAsync();
}
