using Akka.Actor;

namespace Akka.TestKit;

/// <summary>What the next message must be.</summary>
public abstract partial class TestKitBase
{
    public T ExpectMsg<T>(TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        Sync(ExpectMsgAsync<T>(duration, hint, cancellationToken));

    public async ValueTask<T> ExpectMsgAsync<T>(
        TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        (await ExpectAsync<T>(duration, hint, cancellationToken).ConfigureAwait(false)).Message;

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Sync(ExpectMsgAsync<T>(message, timeout, hint, cancellationToken));

    public async ValueTask<T> ExpectMsgAsync<T>(
        T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var (found, _) = await ExpectAsync<T>(timeout, hint, cancellationToken).ConfigureAwait(false);
        KitAssertions.AssertEqual(message, found, hint ?? "");
        return found;
    }

    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Sync(ExpectMsgAsync<T>(isMessage, timeout, hint, cancellationToken));

    public async ValueTask<T> ExpectMsgAsync<T>(
        Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var (found, _) = await ExpectAsync<T>(timeout, hint, cancellationToken).ConfigureAwait(false);
        KitAssertions.AssertTrue(isMessage(found), $"the predicate rejected the message {found}. {hint}");
        return found;
    }

    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Sync(ExpectMsgAsync<T>(assert, timeout, hint, cancellationToken));

    public async ValueTask<T> ExpectMsgAsync<T>(
        Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var (found, _) = await ExpectAsync<T>(timeout, hint, cancellationToken).ConfigureAwait(false);
        assert(found);
        return found;
    }

    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        Sync(ExpectMsgFromAsync<T>(sender, duration, hint, cancellationToken));

    public async ValueTask<T> ExpectMsgFromAsync<T>(
        IActorRef sender, TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var (found, from) = await ExpectAsync<T>(duration, hint, cancellationToken).ConfigureAwait(false);
        KitAssertions.AssertEqual(sender, from, hint ?? "");
        return found;
    }

    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) => Sync(ExpectMsgAnyOfAsync(messages, cancellationToken));

    public async ValueTask<T> ExpectMsgAnyOfAsync<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default)
    {
        var (found, _) = await ExpectAsync<T>(null, null, cancellationToken).ConfigureAwait(false);
        KitAssertions.AssertTrue(messages.Contains(found), $"found unexpected message {found}");
        return found;
    }

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages)
    {
        T[] found = [.. ReceiveN(messages.Length).Cast<T>()];
        foreach (var message in messages)
            KitAssertions.AssertTrue(found.Contains(message), $"not found {message}");
        return found;
    }

    public Terminated ExpectTerminated(
        IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Sync(ExpectTerminatedAsync(target, timeout, hint, cancellationToken));

    public async ValueTask<Terminated> ExpectTerminatedAsync(
        IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var (found, _) = await ExpectAsync<Terminated>(timeout, hint, cancellationToken).ConfigureAwait(false);
        KitAssertions.AssertEqual(target, found.ActorRef, hint ?? "");
        return found;
    }

    public void ExpectNoMsg(CancellationToken cancellationToken = default) => ExpectNoMsgAsync(cancellationToken).AsTask().GetAwaiter().GetResult();

    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(TestKitSettings.ExpectNoMessageDefault, cancellationToken);

    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(duration, cancellationToken).AsTask().GetAwaiter().GetResult();

    public async ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        var (found, envelope) = await TakeAsync(Dilated(duration), cancellationToken).ConfigureAwait(false);
        KitAssertions.AssertFalse(found, $"Expected no messages during {duration}, instead we received {envelope}");
    }

    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    private async ValueTask<(T Message, IActorRef Sender)> ExpectAsync<T>(TimeSpan? timeout, string hint, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        var (found, envelope) = await TakeAsync(limit, cancellationToken).ConfigureAwait(false);
        KitAssertions.AssertTrue(found, $"Failed: Timeout {limit} while waiting for a message of type {typeof(T)} {hint}");
        KitAssertions.AssertTrue(
            envelope.Message is T,
            $"Failed: Expected a message of type {typeof(T)}, but received {envelope} instead {hint}");
        return ((T)envelope.Message, envelope.Sender);
    }
}
