using System.Threading.Channels;

namespace Akka.Streams.Implementation.Sources;

/// <summary>Reads a channel. Its end shows at once, without demand.</summary>
internal sealed class ReaderSource<T>(Island island, ChannelReader<T> reader) : Outlet<T>(island)
{
    public override void PreStart() => reader.Completion.ContinueWith(
        done => Call(() => Finish(done)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    protected override void OnPull()
    {
        if (reader.TryRead(out var element))
            Push(element);
        else
            _ = WaitAsync();
    }

    private async Task WaitAsync()
    {
        try
        {
            if (await reader.WaitToReadAsync().ConfigureAwait(false))
                Call(OnPull);
        }
        catch (Exception)
        {
            // The completion task tells of it.
        }
    }

    private void Finish(Task done)
    {
        if (done.IsCompletedSuccessfully)
            Complete();
        else
            Fail((Exception)done.Exception ?? new TaskCanceledException(done));
    }
}
