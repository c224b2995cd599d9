using System.Runtime.ExceptionServices;

namespace Akka.Actor.Cells;

/// <summary>The children, which other threads may add to (the guardian's, by `ActorSystem.ActorOf`).</summary>
internal sealed partial class ActorCell
{
    private readonly Dictionary<string, ChildStats> _children = [];
    private readonly HashSet<string> _stopping = [];
    private long _names;

    private int ChildCount
    {
        get
        {
            lock (_children)
                return _children.Count;
        }
    }

    public IActorRef ActorOf(Props props, string name = null) => AddChild(props, name, "$");

    public IActorRef AddChild(Props props, string name, string prefix)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null && !ActorPath.IsValidPathElement(name))
            throw new InvalidActorNameException($"Illegal actor name [{name}].");
        LocalActorRef child;
        lock (_children)
        {
            if (_terminating)
                throw new InvalidOperationException("Cannot create child while terminating or terminated");
            name ??= prefix + Base64(_names++);
            if (_children.ContainsKey(name))
                throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
            child = new LocalActorRef(_system, props, Self, (Self.Path / name).WithUid(_system.NextUid()));
            _children[name] = new ChildStats(child);
        }

        child.SendSystemMessage(new SystemMessage.Create());
        return child;
    }

    public IActorRef Child(string name)
    {
        lock (_children)
            return _children.TryGetValue(name, out var child) ? child.Ref : ActorRefs.Nobody;
    }

    public IEnumerable<IActorRef> GetChildren() => AllChildStats().Select(x => (IActorRef)x.Ref).ToArray();

    public IReadOnlyList<ChildStats> AllChildStats()
    {
        lock (_children)
            return [.. _children.Values];
    }

    public void Stop(IActorRef child)
    {
        lock (_children)
        {
            if (_children.TryGetValue(child.Path.Name, out var own) && own.Ref.Equals(child))
                _stopping.Add(child.Path.Name);
        }

        ((IInternalActorRef)child).SendSystemMessage(new SystemMessage.Terminate());
    }

    private static string Base64(long value)
    {
        const string Digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";
        var text = "";
        do
        {
            text += Digits[(int)(value & 63)];
            value >>= 6;
        }
        while (value > 0);
        return text;
    }

    private bool AnyChildStopping()
    {
        lock (_children)
            return _stopping.Count > 0;
    }

    private void TellChildren(SystemMessage message)
    {
        foreach (var child in AllChildStats())
            child.Ref.SendSystemMessage(message);
    }

    private void HandleFailure(SystemMessage.Failed failed)
    {
        var child = AllChildStats().FirstOrDefault(x => x.Ref.Equals(failed.Child));
        if (child is null || _terminating)
            return;
        var strategy = _actor?.OwnStrategy() ?? Props.SupervisorStrategy ?? SupervisorStrategy.DefaultStrategy;
        _envelope = new Envelope(failed, failed.Child);
        if (!strategy.Handle(this, child, failed.Cause))
            ExceptionDispatchInfo.Throw(failed.Cause);
    }

    private void RemoveChild(IActorRef child)
    {
        bool none, settled;
        lock (_children)
        {
            if (!_children.TryGetValue(child.Path.Name, out var own) || !own.Ref.Equals(child))
                return;
            _children.Remove(child.Path.Name);
            _stopping.Remove(child.Path.Name);
            (none, settled) = (_children.Count == 0, _stopping.Count == 0);
        }

        if (_terminating && none && !IsTerminated)
            FinishTerminate();
        else if (_recreating is not null && settled)
            FinishRecreate();
    }
}
