using Akka.Event;

namespace Akka.TestKit;

/// <summary>The logger of tests: filters count the events they match, and keep them from being printed.</summary>
public class TestEventListener : DefaultLogger
{
    private readonly List<Filter> _filters = [];

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(FilterCommand));
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case FilterCommand.Mute mute:
                _filters.Add(mute.Filter);
                return true;
            case FilterCommand.Unmute unmute:
                _filters.Remove(unmute.Filter);
                return true;
            case DeadLetter letter:
                foreach (var filter in _filters)
                    filter.Count(letter);
                return true;
            default:
                return base.Receive(message);
        }
    }

    protected override void Print(LogEvent logEvent)
    {
        var muted = false;
        foreach (var filter in _filters)
            muted |= filter.Count(logEvent);
        if (!muted)
            base.Print(logEvent);
    }
}

internal abstract record FilterCommand
{
    private FilterCommand()
    {
    }

    internal sealed record Mute(Filter Filter) : FilterCommand;

    internal sealed record Unmute(Filter Filter) : FilterCommand;
}

/// <summary>Counts the events that it matches.</summary>
internal sealed class Filter(Predicate<object> matches)
{
    private int _matched;

    public int Matched => Volatile.Read(ref _matched);

    public bool Count(object entry)
    {
        if (!matches(entry))
            return false;
        Interlocked.Increment(ref _matched);
        return true;
    }
}
