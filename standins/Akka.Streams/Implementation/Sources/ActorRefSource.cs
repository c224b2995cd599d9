using Akka.Actor;

namespace Akka.Streams.Implementation.Sources;

/// <summary>Elements come as messages to an actor.</summary>
internal sealed class ActorRefSource<T> : BufferedSource<T>
{
    public ActorRefSource(Island island, int bufferSize, OverflowStrategy strategy)
        : base(island, bufferSize, strategy) => Ref = island.Materializer.ActorOf(Props.Create(() => new Entry(this)));

    public IActorRef Ref { get; }

    protected override void End()
    {
        base.End();
        Island.Materializer.System.Stop(Ref);
    }

    private void Take(object message)
    {
        switch (message)
        {
            case Status.Failure failure:
                Fail(failure.Cause);
                break;
            case Status.Success:
                CompleteWhenDrained();
                break;
            case T element when !Completing:
                Accept(element);
                break;
        }
    }

    private sealed class Entry(ActorRefSource<T> source) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is T or Status)
                source.Call(() => source.Take(message));
            else
                Unhandled(message);
        }

        protected override void PostStop() => source.Call(source.CompleteWhenDrained);
    }
}
