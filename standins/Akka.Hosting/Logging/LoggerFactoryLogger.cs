using Akka.Actor;
using Akka.Actor.Setup;
using Akka.DependencyInjection;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Akka.Hosting.Logging;

public class LoggerFactorySetup(ILoggerFactory loggerFactory) : Setup
{
    public ILoggerFactory LoggerFactory { get; } = loggerFactory;
}

/// <summary>Passes log events to a logger of Microsoft.Extensions.Logging, by the class that logged.</summary>
public class LoggerFactoryLogger : ActorBase, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private readonly ILoggerFactory _factory;

    public LoggerFactoryLogger()
    {
        var setups = Context.System.Settings.Setup;
        var own = setups.Get<LoggerFactorySetup>();
        var services = setups.Get<DependencyResolverSetup>();
        _factory = own.HasValue
            ? own.Value.LoggerFactory
            : services.HasValue ? services.Value.DependencyResolver.GetService<ILoggerFactory>() : NullLoggerFactory.Instance;
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent entry:
                Log(entry, Self.Path);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Log(LogEvent log, ActorPath path) => _factory
        .CreateLogger(log.LogClass?.FullName ?? log.LogSource)
        .Log(Level(log.LogLevel()), log.Cause, "[{LogSource}] {Message}", log.LogSource, log.Message);

    private static LogLevel Level(Event.LogLevel level) => level switch
    {
        Event.LogLevel.DebugLevel => LogLevel.Debug,
        Event.LogLevel.InfoLevel => LogLevel.Information,
        Event.LogLevel.WarningLevel => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
