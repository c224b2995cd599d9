using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Reading the mail.</summary>
public abstract partial class TestKitBase
{
    /// <summary>The next message, or null when none comes in time.</summary>
    public object ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Sync(ReceiveOneAsync(max, cancellationToken));

    public async ValueTask<object> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        var (found, _) = await TakeAsync(RemainingOrDilated(max), cancellationToken).ConfigureAwait(false);
        return found ? LastMessage : null;
    }

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        ReceiveN(numberOfMessages, RemainingOrDefault, cancellationToken);

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default)
    {
        var deadline = Now + Dilated(max);
        var messages = new List<object>();
        while (messages.Count < numberOfMessages)
        {
            var message = ReceiveOne(Positive(deadline - Now), cancellationToken);
            _assertions.AssertTrue(message is not null, $"Timeout ({max}) while expecting {numberOfMessages} messages. Only got {messages.Count}.");
            messages.Add(message);
        }

        return messages;
    }

    public object FishForMessage(
        Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Sync(FishForMessageAsync(isMessage, max, hint, cancellationToken));

    public ValueTask<object> FishForMessageAsync(
        Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        FishForMessageAsync<object>(isMessage, max, hint, cancellationToken);

    public T FishForMessage<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Sync(FishForMessageAsync(isMessage, max, hint, cancellationToken));

    /// <summary>Throws messages away until the wanted one comes.</summary>
    public async ValueTask<T> FishForMessageAsync<T>(
        Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var deadline = Now + limit;
        while (true)
        {
            var (found, envelope) = await TakeAsync(Positive(deadline - Now), cancellationToken).ConfigureAwait(false);
            _assertions.AssertTrue(found, $"Timeout ({limit}) during fishForMessage, hint: {hint}");
            if (envelope.Message is T message && isMessage(message))
                return message;
        }
    }

    private protected async ValueTask<(bool Found, Envelope Envelope)> TakeAsync(TimeSpan max, CancellationToken cancellationToken)
    {
        if (!_mail.Reader.TryRead(out var envelope))
        {
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timer.CancelAfter(max);
            try
            {
                envelope = await _mail.Reader.ReadAsync(timer.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return (false, default);
            }
        }

        _last = envelope;
        return (true, envelope);
    }

    private static T Sync<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    private static TimeSpan Positive(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;
}
