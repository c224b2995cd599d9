using System.Diagnostics;

namespace Akka.TestKit;

/// <summary>How long to wait.</summary>
public abstract partial class TestKitBase
{
    private static readonly long Started = Stopwatch.GetTimestamp();

    private TimeSpan? _deadline;

    public static TimeSpan Now => Stopwatch.GetElapsedTime(Started);

    /// <summary>What is left of the enclosing Within, or the default wait.</summary>
    public TimeSpan RemainingOrDefault => RemainingOrDilated(null);

    public TimeSpan Remaining => _deadline is { } deadline
        ? Positive(deadline - Now)
        : throw new InvalidOperationException(@"Remaining may not be called outside of ""within""");

    public TimeSpan Dilated(TimeSpan duration) => duration * TestKitSettings.TestTimeFactor;

    public TimeSpan GetTimeoutOrDefault(TimeSpan? timeout) => RemainingOrDilated(timeout);

    public TimeSpan RemainingOrDilated(TimeSpan? duration) => duration is { } given
        ? Dilated(given)
        : _deadline is null ? Dilated(TestKitSettings.SingleExpectDefault) : Remaining;

    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(
            max,
            () =>
            {
                action();
                return Task.CompletedTask;
            },
            epsilonValue,
            cancellationToken).GetAwaiter().GetResult();

    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(
            max,
            async () =>
            {
                await actionAsync().ConfigureAwait(false);
                return true;
            },
            epsilonValue,
            cancellationToken);

    public async Task<T> WithinAsync<T>(
        TimeSpan max, Func<Task<T>> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default)
    {
        var outer = _deadline;
        var limit = Dilated(max);
        var begin = Now;
        _deadline = outer is { } enclosing && enclosing < begin + limit ? enclosing : begin + limit;
        try
        {
            var result = await function().WaitAsync(limit + (epsilonValue ?? TimeSpan.FromSeconds(1)), cancellationToken).ConfigureAwait(false);
            var taken = Now - begin;
            _assertions.AssertTrue(taken <= limit + (epsilonValue ?? TimeSpan.Zero), $"Execution should finish within {limit}, but took {taken}.");
            return result;
        }
        finally
        {
            _deadline = outer;
        }
    }

    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, cancellationToken).GetAwaiter().GetResult();

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken).GetAwaiter().GetResult();

    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string message = null, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(() => Task.FromResult(conditionIsFulfilled()), max, interval, message, cancellationToken);

    public async Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string message = null,
        CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var deadline = Now + limit;
        while (!await conditionIsFulfilled().ConfigureAwait(false))
        {
            _assertions.AssertTrue(Now <= deadline, $"Timeout {limit} expired while waiting for condition. {message}");
            await Task.Delay(interval ?? TimeSpan.FromMilliseconds(20), cancellationToken).ConfigureAwait(false);
        }
    }

    public void AwaitAssert(
        Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(assertion, duration, interval, cancellationToken).GetAwaiter().GetResult();

    public Task AwaitAssertAsync(
        Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(
            () =>
            {
                assertion();
                return Task.CompletedTask;
            },
            duration,
            interval,
            cancellationToken);

    /// <summary>Tries again until the assertion holds; when time is up, its last failure is thrown.</summary>
    public async Task AwaitAssertAsync(
        Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var deadline = Now + RemainingOrDilated(duration);
        while (true)
        {
            try
            {
                await assertion().ConfigureAwait(false);
                return;
            }
            catch (Exception) when (Now < deadline)
            {
                await Task.Delay(interval ?? TimeSpan.FromMilliseconds(20), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
