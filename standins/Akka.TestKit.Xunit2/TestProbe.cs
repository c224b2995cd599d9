using Akka.Actor;
using Akka.Actor.Cells;
using Akka.Actor.Setup;

namespace Akka.TestKit;

/// <summary>An actor of the test, to be given to others; it can be used as its own reference.</summary>
public class TestProbe : TestKitBase, IActorRef, IInternalActorRef
{
    private static int _probes;

    public TestProbe(ActorSystem system, ITestKitAssertions assertions, string testProbeName = null)
        : base(assertions, system, ActorSystemSetup.Empty, null, testProbeName ?? $"testProbe-{Interlocked.Increment(ref _probes)}")
    {
    }

    public IActorRef Ref => TestActor;

    public IActorRef Sender => LastSender;

    ActorPath IActorRef.Path => TestActor.Path;

    IInternalActorRef IInternalActorRef.Parent => Inner.Parent;

    bool IInternalActorRef.IsTerminated => Inner.IsTerminated;

    ActorSystemImpl IInternalActorRef.System => Inner.System;

    private IInternalActorRef Inner => (IInternalActorRef)TestActor;

    /// <summary>Tells, with the probe as sender.</summary>
    public void Send(IActorRef actor, object message) => actor.Tell(message, TestActor);

    /// <summary>Passes the last message on, with its sender.</summary>
    public void Forward(IActorRef actor) => Forward(actor, LastMessage);

    public void Forward(IActorRef actor, object message) => actor.Tell(message, Sender);

    /// <summary>Answers the sender of the last message.</summary>
    public void Reply(object message) => Sender.Tell(message, TestActor);

    public override TestProbe CreateTestProbe(string name = null) => throw new NotSupportedException("Can't create another test probe from a test probe.");

    public override bool Equals(object obj) => TestActor.Equals(obj);

    public override int GetHashCode() => TestActor.GetHashCode();

    public override string ToString() => $"TestProbe({TestActor})";

    void ICanTell.Tell(object message, IActorRef sender) => TestActor.Tell(message, sender);

    bool IEquatable<IActorRef>.Equals(IActorRef other) => TestActor.Equals(other);

    int IComparable<IActorRef>.CompareTo(IActorRef other) => TestActor.CompareTo(other);

    int IComparable.CompareTo(object obj) => TestActor.CompareTo(obj);

    IActorRef IInternalActorRef.GetChild(string name) => Inner.GetChild(name);

    void IInternalActorRef.SendSystemMessage(SystemMessage message) => Inner.SendSystemMessage(message);
}
