namespace Akka.Actor;

/// <summary>An actor whose behaviours are lists of handlers, tried in the order of their registration.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private List<Predicate<object>> _handlers = [];
    private Receive _initial;

    protected ReceiveActor() => CurrentCell.SetBehavior(message => _initial(message));

    /// <summary>From here on handlers may be added inside Become only.</summary>
    internal override void Constructed()
    {
        _initial = Combine(_handlers);
        _handlers = null;
    }

    protected sealed override void OnReceive(object message) =>
        throw new InvalidOperationException("a ReceiveActor's behaviour is set by its handlers");

    protected void Become(Action configure) => Context.Become(Configured(configure));

    protected void BecomeStacked(Action configure) => Context.BecomeStacked(Configured(configure));

    protected void Receive<T>(Action<T> handler, Predicate<T> shouldHandle = null) => Add(message =>
    {
        if (message is not T typed || shouldHandle?.Invoke(typed) == false)
            return false;
        handler(typed);
        return true;
    });

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    protected void Receive<T>(Func<T, bool> handler) => Add(message => message is T typed && handler(typed));

    protected void Receive(Type messageType, Action<object> handler, Predicate<object> shouldHandle = null) => Add(message =>
    {
        if (!messageType.IsInstanceOfType(message) || shouldHandle?.Invoke(message) == false)
            return false;
        handler(message);
        return true;
    });

    protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) =>
        Receive(messageType, handler, shouldHandle);

    protected void Receive(Type messageType, Func<object, bool> handler) =>
        Add(message => messageType.IsInstanceOfType(message) && handler(message));

    protected void ReceiveAny(Action<object> handler) => Receive(handler);

    protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T> shouldHandle = null) =>
        Receive(message => RunTask(() => handler(message)), shouldHandle);

    protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

    protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object> shouldHandle = null) =>
        Receive(messageType, message => RunTask(() => handler(message)), shouldHandle);

    protected void ReceiveAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
        ReceiveAsync(messageType, handler, shouldHandle);

    protected void ReceiveAnyAsync(Func<object, Task> handler) => ReceiveAsync(handler);

    private void Add(Predicate<object> handler)
    {
        if (_handlers is null)
        {
            throw new InvalidOperationException(
                "You may only call Receive-methods when constructing the actor and inside Become().");
        }

        _handlers.Add(handler);
    }

    private Receive Configured(Action configure)
    {
        var outer = _handlers;
        _handlers = [];
        configure();
        var behavior = Combine(_handlers);
        _handlers = outer;
        return behavior;
    }

    private static Receive Combine(List<Predicate<object>> handlers)
    {
        var ordered = handlers.ToArray();
        return message =>
        {
            foreach (var handler in ordered)
            {
                if (handler(message))
                    return true;
            }

            return false;
        };
    }
}
