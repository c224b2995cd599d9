namespace Akka.TestKit;

/// <summary>What is to be done with the events that a filter matches.</summary>
public interface IEventFilterApplier
{
    void ExpectOne(Action action, CancellationToken cancellationToken = default);

    Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default);

    Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default);

    Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default);

    void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default);

    Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default);

    Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default);

    void Mute(Action action, CancellationToken cancellationToken = default);

    Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default);

    IUnmutableFilter Mute();
}

public interface IUnmutableFilter : IDisposable
{
    void Unmute();
}

internal sealed class EventFilterApplier(TestKitBase testkit, Predicate<object> matches) : IEventFilterApplier
{
    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Expect(1, action, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, actionAsync, cancellationToken);

    public Task ExpectOneAsync(Action action, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, AsTask(action), cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        ExpectAsync(1, timeout, action, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, AsTask(action), cancellationToken).GetAwaiter().GetResult();

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        ExpectAsync(expectedCount, testkit.TestKitSettings.TestEventFilterLeeway, actionAsync, cancellationToken);

    /// <summary>Runs the action and waits for so many events; more than those is as wrong as fewer.</summary>
    public async Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default)
    {
        var filter = new Filter(matches);
        using var muting = new Muting(testkit, filter);
        await action().ConfigureAwait(false);
        var deadline = TestKitBase.Now + testkit.Dilated(timeout);
        while (filter.Matched < expectedCount && TestKitBase.Now < deadline)
            await Task.Delay(10, cancellationToken).ConfigureAwait(false);
        if (filter.Matched != expectedCount)
            Xunit.Assert.Fail($"Expected {expectedCount} events, but received {filter.Matched}.");
    }

    public void Mute(Action action, CancellationToken cancellationToken = default) => MuteAsync(AsTask(action), cancellationToken).GetAwaiter().GetResult();

    public async Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default)
    {
        using var muting = Mute();
        await action().ConfigureAwait(false);
    }

    public IUnmutableFilter Mute() => new Muting(testkit, new Filter(matches));

    private static Func<Task> AsTask(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    private sealed class Muting : IUnmutableFilter
    {
        private readonly TestKitBase _testkit;
        private readonly Filter _filter;

        public Muting(TestKitBase testkit, Filter filter)
        {
            (_testkit, _filter) = (testkit, filter);
            testkit.Sys.EventStream.Publish(new FilterCommand.Mute(filter));
        }

        public void Unmute() => _testkit.Sys.EventStream.Publish(new FilterCommand.Unmute(_filter));

        public void Dispose() => Unmute();
    }
}
