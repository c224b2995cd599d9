using Akka.Actor;
using MlxActors.Generation.Context;
using static MlxActors.Actors.Protocol.ContextProtocol;

namespace MlxActors.Actors;

/// <summary>Remembers summaries of conversations, of all requests.</summary>
public sealed class SummariesActor : ReceiveActor
{
    private SummaryStore _store;

    public SummariesActor(int capacity)
    {
        _store = new SummaryStore(capacity);
        Receive<Recall>(recall =>
        {
            (_store, var found) = _store.Find(recall.Model, recall.Prefixes);
            Sender.Tell(new Recalled(found));
        });
        Receive<Remember>(remember => _store = _store.Add(remember.Model, remember.Conversation, remember.Summary));
    }

    public static Props Props(int capacity) => Akka.Actor.Props.Create(() => new SummariesActor(capacity));
}
