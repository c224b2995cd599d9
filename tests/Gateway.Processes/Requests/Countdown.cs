namespace MlxActors.Gateway.Processes.Requests;

/// <summary>Tells when something has happened so many times.</summary>
internal sealed class Countdown(int times)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = times;

    public Task Over => _over.Task;

    public void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _over.TrySetResult();
        }
    }
}
