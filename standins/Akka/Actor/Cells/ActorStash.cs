namespace Akka.Actor.Cells;

internal sealed class ActorStash(ActorCell cell) : IStash
{
    private readonly LinkedList<Envelope> _stashed = new();

    public int Count => _stashed.Count;

    public bool IsEmpty => _stashed.Count == 0;

    public bool NonEmpty => !IsEmpty;

    public bool IsFull => false;

    public int Capacity => -1;

    public void Stash()
    {
        var current = cell.CurrentEnvelope;
        if (_stashed.Last is { } last && ReferenceEquals(last.Value.Message, current.Message) && Equals(last.Value.Sender, current.Sender))
        {
            throw new IllegalActorStateException(
                $"Can't stash the same message {current.Message} more than once");
        }

        _stashed.AddLast(current);
    }

    public void Unstash()
    {
        if (_stashed.First is not { } first)
            return;
        _stashed.RemoveFirst();
        cell.Mailbox.PutFirst([first.Value]);
    }

    public void UnstashAll() => UnstashAll(_ => true);

    public void UnstashAll(Func<Envelope, bool> predicate) => cell.Mailbox.PutFirst([.. ClearStash().Where(predicate)]);

    public IEnumerable<Envelope> ClearStash()
    {
        Envelope[] all = [.. _stashed];
        _stashed.Clear();
        return all;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Reverse())
            _stashed.AddFirst(envelope);
    }
}
