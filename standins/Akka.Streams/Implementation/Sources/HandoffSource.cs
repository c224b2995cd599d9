using Akka.Streams.Implementation.Sinks;

namespace Akka.Streams.Implementation.Sources;

/// <summary>The other side of a <see cref="HandoffSink{T}"/>, in another stream.</summary>
internal sealed class HandoffSource<T>(Island island, HandoffSink<T> sink) : Outlet<T>(island)
{
    public override void PreStart() => sink.Reader.Completion.ContinueWith(
        done => Call(() =>
        {
            if (done.IsCompletedSuccessfully)
                Complete();
            else
                Fail(done.Exception!.InnerException);
        }),
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    protected override void OnPull()
    {
        if (sink.Reader.TryRead(out var element))
        {
            sink.Taken();
            Push(element);
        }
        else
            _ = WaitAsync();
    }

    protected override void OnCancel(Exception cause) => sink.Detach(cause);

    private async Task WaitAsync()
    {
        try
        {
            if (await sink.Reader.WaitToReadAsync().ConfigureAwait(false))
                Call(OnPull);
        }
        catch (Exception)
        {
            // The completion task tells of it.
        }
    }
}
