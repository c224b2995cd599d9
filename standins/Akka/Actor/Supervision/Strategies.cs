using Akka.Actor.Cells;

namespace Akka.Actor;

/// <summary>The directive applies to the failed child only.</summary>
public class OneForOneStrategy : SupervisorStrategy
{
    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries, withinTimeRange, new LocalOnlyDecider(localOnlyDecider))
    {
    }

    public OneForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, IDecider decider)
        : this(maxNrOfRetries ?? -1, (int?)withinTimeRange?.TotalMilliseconds ?? Timeout.Infinite, decider)
    {
    }

    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
        : this(maxNrOfRetries, withinTimeMilliseconds, new LocalOnlyDecider(localOnlyDecider), loggingEnabled)
    {
    }

    public OneForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, IDecider decider, bool loggingEnabled = true)
    {
        MaxNumberOfRetries = maxNrOfRetries;
        WithinTimeRangeMilliseconds = withinTimeMilliseconds;
        Decider = decider;
        LoggingEnabled = loggingEnabled;
    }

    public OneForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, Timeout.Infinite, localOnlyDecider)
    {
    }

    public OneForOneStrategy(IDecider decider)
        : this(-1, Timeout.Infinite, decider)
    {
    }

    public int MaxNumberOfRetries { get; }

    public int WithinTimeRangeMilliseconds { get; }

    public override IDecider Decider { get; }

    private protected override void Process(ActorCell parent, ChildStats child, Exception cause, bool restart)
    {
        if (restart && child.MayRestart(MaxNumberOfRetries, WithinTimeRangeMilliseconds))
            child.Ref.SendSystemMessage(new SystemMessage.Recreate(cause));
        else
            parent.Stop(child.Ref);
    }
}

/// <summary>The directive applies to all children of the supervisor.</summary>
public class AllForOneStrategy : SupervisorStrategy
{
    public AllForOneStrategy(int? maxNrOfRetries, TimeSpan? withinTimeRange, Func<Exception, Directive> localOnlyDecider)
        : this(maxNrOfRetries ?? -1, (int?)withinTimeRange?.TotalMilliseconds ?? Timeout.Infinite, localOnlyDecider)
    {
    }

    public AllForOneStrategy(int maxNrOfRetries, int withinTimeMilliseconds, Func<Exception, Directive> localOnlyDecider, bool loggingEnabled = true)
    {
        MaxNumberOfRetries = maxNrOfRetries;
        WithinTimeRangeMilliseconds = withinTimeMilliseconds;
        Decider = new LocalOnlyDecider(localOnlyDecider);
        LoggingEnabled = loggingEnabled;
    }

    public AllForOneStrategy(Func<Exception, Directive> localOnlyDecider)
        : this(-1, Timeout.Infinite, localOnlyDecider)
    {
    }

    public int MaxNumberOfRetries { get; }

    public int WithinTimeRangeMilliseconds { get; }

    public override IDecider Decider { get; }

    private protected override void Process(ActorCell parent, ChildStats child, Exception cause, bool restart)
    {
        var all = parent.AllChildStats();
        if (!restart || !all.All(x => x.MayRestart(MaxNumberOfRetries, WithinTimeRangeMilliseconds)))
        {
            foreach (var each in all)
                parent.Stop(each.Ref);
            return;
        }

        foreach (var each in all)
        {
            if (!each.Ref.Equals(child.Ref))
                each.Ref.SendSystemMessage(new SystemMessage.Suspend());
            each.Ref.SendSystemMessage(new SystemMessage.Recreate(cause));
        }
    }
}
