using Akka.Event;

namespace Akka.Actor;

/// <summary>Ends the tree in order: the user's actors, then the system's, then itself.</summary>
internal sealed class RootGuardian : UntypedActor
{
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Begin:
                Context.Watch(Context.Child("user"));
                Context.Watch(Context.Child("system"));
                break;
            case Terminated { ActorRef.Path.Name: "user" }:
                Context.Stop(Context.Child("system"));
                break;
            case Terminated:
                Context.Stop(Self);
                break;
        }
    }

    internal sealed class Begin : INoSerializationVerificationNeeded
    {
        public static readonly Begin Instance = new();
    }
}

/// <summary>The parent of `/user` and of `/system`.</summary>
internal sealed class Guardian : UntypedActor
{
    protected override void OnReceive(object message) =>
        Context.System.EventStream.Publish(new DeadLetter(message, Sender, Self));
}
