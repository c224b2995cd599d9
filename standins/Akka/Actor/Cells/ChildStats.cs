using System.Diagnostics;

namespace Akka.Actor.Cells;

/// <summary>A child and the restarts it has had in the current window.</summary>
internal sealed class ChildStats(IInternalActorRef child)
{
    private int _restarts;
    private long _windowStart;

    public IInternalActorRef Ref { get; } = child;

    /// <summary>Counts a restart; false when the limit (negative: none) within the window (not positive: for ever) is passed.</summary>
    public bool MayRestart(int maxRestarts, int windowMilliseconds)
    {
        if (maxRestarts == 0)
            return false;
        if (maxRestarts < 0 && windowMilliseconds <= 0)
            return true;
        var now = Stopwatch.GetTimestamp();
        if (_restarts == 0 || (windowMilliseconds > 0 && Stopwatch.GetElapsedTime(_windowStart, now).TotalMilliseconds > windowMilliseconds))
            (_restarts, _windowStart) = (0, now);
        return ++_restarts <= (maxRestarts < 0 ? 1 : maxRestarts);
    }
}
