namespace Akka.Dispatch;

/// <summary>Says of a mailbox what it is good for.</summary>
public interface ISemantics;

/// <summary>On an actor: the mailbox that it wants.</summary>
public interface IRequiresMessageQueue<T>
    where T : ISemantics;
