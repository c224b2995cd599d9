namespace MlxActors.Web.Hosting;

/// <summary>
/// Before anything is stopped: no more requests are taken (they get a 503, over connections that still work), and running answers finish, or
/// are ended at the deadline.
/// </summary>
internal sealed partial class Drain(SupervisorClient supervisor, ILogger<Drain> log) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Began();
        if (!await supervisor.ShutDownAsync(cancellationToken))
        {
            NotAllEnded();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Stopping: running answers may finish; a second signal ends them at once")]
    private partial void Began();

    [LoggerMessage(LogLevel.Warning, "Some answers did not end in time")]
    private partial void NotAllEnded();
}
