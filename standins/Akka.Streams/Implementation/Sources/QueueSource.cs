using Akka.Pattern;

namespace Akka.Streams.Implementation.Sources;

/// <summary>The source of a queue: every offer gets an answer when its element is taken in, dropped or refused.</summary>
internal sealed class QueueSource<T>(Island island, int bufferSize, OverflowStrategy strategy)
    : BufferedSource<T>(island, bufferSize, strategy), ISourceQueueWithComplete<T>
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (T Element, TaskCompletionSource<IQueueOfferResult> Answer)? _pending;

    public Task<IQueueOfferResult> OfferAsync(T element)
    {
        var answer = new TaskCompletionSource<IQueueOfferResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Island.Post(() => Offer(element, answer));
        return answer.Task;
    }

    public Task WatchCompletionAsync() => _completion.Task;

    void ISourceQueueWithComplete<T>.Complete() => Call(() =>
    {
        if (_pending is null)
            CompleteWhenDrained();
        else
            Finishing = true;
    });

    void ISourceQueueWithComplete<T>.Fail(Exception ex) => Call(() => FailQueue(ex));

    private bool Finishing { get; set; }

    protected override void Drained()
    {
        if (_pending is not var (element, answer) || IsFull)
            return;
        _pending = null;
        Accept(element);
        answer.TrySetResult(QueueOfferResult.Enqueued.Instance);
        if (Finishing)
            CompleteWhenDrained();
    }

    protected override void OnCancel(Exception cause)
    {
        _pending?.Answer.TrySetResult(QueueOfferResult.QueueClosed.Instance);
        if (cause is null)
            _completion.TrySetResult();
        else
            _completion.TrySetException(cause);
    }

    protected override void FailStage(Exception cause) => FailQueue(cause);

    protected override void OnAbort()
    {
        _pending?.Answer.TrySetException(StreamDetachedException.Instance);
        _completion.TrySetException(StreamDetachedException.Instance);
    }

    protected override void End()
    {
        base.End();
        if (Completing)
            _completion.TrySetResult();
    }

    private void FailQueue(Exception cause)
    {
        _pending?.Answer.TrySetResult(new QueueOfferResult.Failure(cause));
        _completion.TrySetException(cause);
        Fail(cause);
    }

    private void Offer(T element, TaskCompletionSource<IQueueOfferResult> answer)
    {
        if (Ended)
        {
            answer.TrySetException(StreamDetachedException.Instance);
            return;
        }

        if (element is null)
        {
            answer.TrySetException(new ArgumentNullException(nameof(element)));
            return;
        }

        if (Completing || Finishing)
        {
            answer.TrySetResult(QueueOfferResult.QueueClosed.Instance);
            return;
        }

        try
        {
            if (Accept(element))
                answer.TrySetResult(QueueOfferResult.Enqueued.Instance);
            else if (Strategy != OverflowStrategy.Backpressure)
                answer.TrySetResult(QueueOfferResult.Dropped.Instance);
            else if (_pending is null)
                _pending = (element, answer);
            else
                answer.TrySetException(new IllegalStateException("You have to wait for previous offer to be resolved to send another request"));
        }
        catch (BufferOverflowException overflow)
        {
            answer.TrySetResult(new QueueOfferResult.Failure(overflow));
            FailQueue(overflow);
        }
    }
}
