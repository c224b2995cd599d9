using MlxActors.Native.Results;
using Polly;
using Polly.Retry;

namespace MlxActors.Web.Hub;

/// <summary>Tries again what may pass.</summary>
/// <param name="Count">After the first try.</param>
/// <param name="First">The wait before the first of them; each further one is twice as long.</param>
/// <param name="Most">The longest wait, and the longest that the hub may ask for.</param>
internal sealed record Retries(int Count, TimeSpan First, TimeSpan Most)
{
    public static Retries Default { get; } = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    public async Task<Result<T, HubError>> RunAsync<T>(
        Func<CancellationToken, Task<Result<T, HubError>>> attempt,
        TimeProvider clock,
        Action<PullEvent> report,
        CancellationToken cancellationToken)
    {
        var pipeline = new ResiliencePipelineBuilder<Result<T, HubError>> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<Result<T, HubError>>
            {
                MaxRetryAttempts = Count,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = First,
                MaxDelay = Most,
                ShouldHandle = args => ValueTask.FromResult(
                    ErrorOf(args.Outcome.Result) is { IsPassing: true } error && !AsksTooMuch(error)),
                DelayGenerator = args => ValueTask.FromResult((ErrorOf(args.Outcome.Result) as HubError.RateLimited)?.Wait),
                OnRetry = args =>
                {
                    report(new PullEvent.Retrying(ErrorOf(args.Outcome.Result)!, args.RetryDelay));
                    return default;
                },
            })
            .Build();
        return await pipeline.ExecuteAsync(async token => await attempt(token), cancellationToken);
    }

    private bool AsksTooMuch(HubError error) => error is HubError.RateLimited { Wait: { } wait } && wait > Most;

    private static HubError? ErrorOf<T>(Result<T, HubError>? result) => (result as Result<T, HubError>.Error)?.Reason;
}
