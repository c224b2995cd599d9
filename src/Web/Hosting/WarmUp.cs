using MlxActors.Generation;
using MlxActors.Models;
using MlxActors.Models.Chat;

namespace MlxActors.Web.Hosting;

/// <summary>Has the default model loaded, and one token generated, before the first client asks. A failure here is only logged.</summary>
internal sealed partial class WarmUp(
    SupervisorClient supervisor,
    ModelLocation model,
    Func<RequestId> newId,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<WarmUp> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        var started = clock.GetTimestamp();
        await foreach (var happened in supervisor.GenerateAsync(Request(), stoppingToken))
        {
            switch (happened)
            {
                case GenerationEvent.Finished:
                    Loaded(model.Id, (long)clock.GetElapsedTime(started).TotalMilliseconds);
                    break;
                case GenerationEvent.Failed(var error) when error is not GenerationError.ShuttingDown:
                    NotLoaded(error.Message);
                    break;
            }
        }
    }

    // A server that cannot listen must not begin to load.
    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        using var stopping = stoppingToken.Register(() => started.TrySetResult());
        await started.Task;
    }

    private GenerationRequest Request() => new(
        newId(),
        model.Id,
        new Conversation([ChatMessage.Of(Role.User, "Hello")], [], []),
        SamplingOptions.Unset with { Temperature = 0 },
        MaxTokens: 1,
        Stop: []);

    [LoggerMessage(LogLevel.Information, "{Model} is loaded and answers, after {Milliseconds} ms")]
    private partial void Loaded(string model, long milliseconds);

    [LoggerMessage(LogLevel.Error, "{Reason}")]
    private partial void NotLoaded(string reason);
}
