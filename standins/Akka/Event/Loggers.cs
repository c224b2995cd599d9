using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace Akka.Event;

/// <summary>Told to a logger when it starts; it subscribes to what it wants and answers <see cref="LoggerInitialized"/>.</summary>
public class InitializeLogger(LoggingBus loggingBus)
{
    public LoggingBus LoggingBus { get; } = loggingBus;
}

public class LoggerInitialized : IDeadLetterSuppression;

/// <summary>The mailbox of loggers.</summary>
public interface ILoggerMessageQueueSemantics : ISemantics;

/// <summary>Prints to standard output.</summary>
public class DefaultLogger : ActorBase, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent entry:
                Print(entry);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Print(LogEvent logEvent) => Console.Out.WriteLine(logEvent);
}

/// <summary>Logs the first dead letters, as many as `akka.log-dead-letters` says.</summary>
public class DeadLetterListener : ActorBase
{
    private int _left;

    protected override void PreStart()
    {
        var setting = Context.System.Settings.Config.GetString("akka.log-dead-letters");
        _left = setting switch
        {
            "off" or "false" => 0,
            "on" or "true" => int.MaxValue,
            _ => Context.System.Settings.Config.GetInt("akka.log-dead-letters"),
        };
        if (_left > 0)
            Context.System.EventStream.Subscribe(Self, typeof(AllDeadLetters));
    }

    protected override bool Receive(object message)
    {
        if (message is not AllDeadLetters letter || message is SuppressedDeadLetter or UnhandledMessage)
            return true;
        Context.System.EventStream.Publish(new Info(
            letter.Recipient.Path.ToString(),
            letter.Recipient.GetType(),
            $"Message [{letter.Message.GetType().Name}] from {letter.Sender} to {letter.Recipient} was not delivered."));
        if (--_left == 0)
            Context.Stop(Self);
        return true;
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);
}

/// <summary>Starts the loggers that the configuration names.</summary>
internal sealed class LoggerRegistry
{
    private readonly ActorSystemImpl _system;
    private readonly IActorRef _deadLetterLog;

    private LoggerRegistry(ActorSystemImpl system, IActorRef deadLetterLog)
    {
        _system = system;
        _deadLetterLog = deadLetterLog;
    }

    public static LoggerRegistry Start(ActorSystemImpl system)
    {
        var config = system.Settings.Config;
        foreach (var name in config.GetStringList("akka.loggers"))
        {
            var type = TypeNames.Find(name)
                ?? throw new ConfigurationException($@"Logger specified in config cannot be found: ""{name}""");
            StartLogger(system, type);
        }

        return new LoggerRegistry(system, system.SystemActorOf<DeadLetterListener>("deadLetterListener"));
    }

    public void StopDeadLetterLog() => _system.Stop(_deadLetterLog);

    private static void StartLogger(ActorSystemImpl system, Type type)
    {
        var logger = system.SystemActorOf(Props.Create(type), $"log{system.NextUid()}-{type.Name}");
        logger.Ask(new InitializeLogger(system.EventStream), TimeSpan.FromSeconds(5)).Wait();
        foreach (var channel in Levels.Where(x => x.Level >= system.EventStream.LogLevel))
            system.EventStream.Subscribe(logger, channel.Type);
    }

    private static IEnumerable<(LogLevel Level, Type Type)> Levels { get; } =
    [
        (LogLevel.DebugLevel, typeof(Debug)), (LogLevel.InfoLevel, typeof(Info)),
        (LogLevel.WarningLevel, typeof(Warning)), (LogLevel.ErrorLevel, typeof(Error)),
    ];
}
