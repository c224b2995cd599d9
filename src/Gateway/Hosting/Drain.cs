namespace MlxActors.Gateway.Hosting;

/// <summary>
/// The orderly end: from the signal on nothing new is taken, running answers finish, and at the deadline they are ended, with a last event
/// where they are streamed.
/// </summary>
internal sealed partial class Drain(TimeSpan deadline, TimeProvider clock, ILogger<Drain> log) : IHostedLifecycleService, IDisposable
{
    /// <summary>What ended answers may still take to be gone.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    public bool IsDraining { get; private set; }

    /// <summary>Cancelled at the deadline.</summary>
    public CancellationToken Over => _over.Token;

    /// <returns>What to dispose when the request has ended; null when no more are taken.</returns>
    public IDisposable? Enter()
    {
        lock (_gate)
        {
            if (IsDraining)
            {
                return null;
            }
            _running++;
            return new Stay(this);
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            IsDraining = true;
            Began(_running);
            EndWhenEmpty();
        }
        if (!await IsEmptyWithinAsync(deadline, cancellationToken))
        {
            NotAllEnded();
            await _over.CancelAsync();
            await IsEmptyWithinAsync(Grace, cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();

    private async Task<bool> IsEmptyWithinAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await _empty.Task.WaitAsync(time, clock, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _running--;
            EndWhenEmpty();
        }
    }

    private void EndWhenEmpty()
    {
        if (IsDraining && _running == 0)
        {
            _empty.TrySetResult();
        }
    }

    [LoggerMessage(LogLevel.Information, "Stopping: {Requests} running answers may finish; a second signal ends them at once")]
    private partial void Began(int requests);

    [LoggerMessage(LogLevel.Warning, "Some answers did not end in time")]
    private partial void NotAllEnded();

    private sealed class Stay(Drain drain) : IDisposable
    {
        public void Dispose() => drain.Leave();
    }
}
