using System.Threading.Channels;
using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Answers for a test actor, after its mail is recorded.</summary>
public abstract class AutoPilot
{
    public static KeepRunning KeepRunning => TestKit.KeepRunning.Instance;

    public static NoAutoPilot NoAutoPilot => TestKit.NoAutoPilot.Instance;

    public abstract AutoPilot Run(IActorRef sender, object message);
}

/// <summary>Returned by a pilot that stays as it is.</summary>
public sealed class KeepRunning : AutoPilot
{
    public static readonly KeepRunning Instance = new();

    private KeepRunning()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) =>
        throw new InvalidOperationException("Must not call");
}

public sealed class NoAutoPilot : AutoPilot
{
    public static readonly NoAutoPilot Instance = new();

    private NoAutoPilot()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) => this;
}

public delegate AutoPilot AutoPilotDelegate(IActorRef sender, object message);

public sealed class DelegateAutoPilot(AutoPilotDelegate autoPilotDelegate) : AutoPilot
{
    public override AutoPilot Run(IActorRef sender, object message) => autoPilotDelegate(sender, message);
}

/// <summary>Records its mail for the test to read.</summary>
internal sealed class InternalTestActor(ChannelWriter<Envelope> mail) : UntypedActor
{
    private Func<object, bool> _ignore = _ => false;
    private AutoPilot _pilot = NoAutoPilot.Instance;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Watch watch:
                Context.Watch(watch.Target);
                Sender.Tell(new Done());
                break;
            case Unwatch unwatch:
                Context.Unwatch(unwatch.Target);
                Sender.Tell(new Done());
                break;
            case SetIgnore set:
                _ignore = set.Ignore ?? (_ => false);
                break;
            case SetPilot set:
                _pilot = set.Pilot;
                break;
            default:
                Record(message);
                break;
        }
    }

    private void Record(object message)
    {
        // The message is recorded first: an answer of the pilot may come back here.
        if (!_ignore(message))
            mail.TryWrite(new Envelope(message, Sender));
        var next = _pilot.Run(Sender, message);
        if (next is not KeepRunning)
            _pilot = next;
    }

    internal sealed record Watch(IActorRef Target);

    internal sealed record Unwatch(IActorRef Target);

    internal sealed record SetIgnore(Func<object, bool> Ignore);

    internal sealed record SetPilot(AutoPilot Pilot);

    internal sealed record Done;
}
