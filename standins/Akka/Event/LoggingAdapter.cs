using Akka.Actor;

namespace Akka.Event;

public interface ILoggingAdapter
{
    ILogMessageFormatter Formatter { get; }

    bool IsDebugEnabled { get; }

    bool IsInfoEnabled { get; }

    bool IsWarningEnabled { get; }

    bool IsErrorEnabled { get; }

    bool IsEnabled(LogLevel logLevel);

    void Log(LogLevel logLevel, Exception cause, string format);

    void Log(LogLevel logLevel, Exception cause, LogMessage message);
}

/// <summary>Publishes what is logged on the event stream, where the loggers listen.</summary>
public sealed class BusLogging : ILoggingAdapter
{
    public BusLogging(LoggingBus bus, string logSource, Type logClass, ILogMessageFormatter logMessageFormatter)
    {
        Bus = bus;
        LogSource = logSource;
        LogClass = logClass;
        Formatter = logMessageFormatter;
    }

    public LoggingBus Bus { get; }

    public string LogSource { get; }

    public Type LogClass { get; }

    public ILogMessageFormatter Formatter { get; }

    public bool IsDebugEnabled => IsEnabled(LogLevel.DebugLevel);

    public bool IsInfoEnabled => IsEnabled(LogLevel.InfoLevel);

    public bool IsWarningEnabled => IsEnabled(LogLevel.WarningLevel);

    public bool IsErrorEnabled => IsEnabled(LogLevel.ErrorLevel);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= Bus.LogLevel;

    public void Log(LogLevel logLevel, Exception cause, string format) => Publish(logLevel, cause, format);

    public void Log(LogLevel logLevel, Exception cause, LogMessage message) => Publish(logLevel, cause, message);

    private void Publish(LogLevel level, Exception cause, object message)
    {
        if (!IsEnabled(level))
            return;
        LogEvent entry = level switch
        {
            LogLevel.DebugLevel => new Debug(cause, LogSource, LogClass, message),
            LogLevel.InfoLevel => new Info(cause, LogSource, LogClass, message),
            LogLevel.WarningLevel => new Warning(cause, LogSource, LogClass, message),
            _ => new Error(cause, LogSource, LogClass, message),
        };
        Bus.Publish(entry);
    }
}

public static class Logging
{
    public static ILoggingAdapter GetLogger(this IActorContext context, ILogMessageFormatter logMessageFormatter = null) =>
        new BusLogging(
            context.System.EventStream,
            context.Self.Path.ToString(),
            context.Props.Type,
            logMessageFormatter ?? SemanticLogMessageFormatter.Instance);

    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj, ILogMessageFormatter logMessageFormatter = null)
    {
        var (source, type) = Source(logSourceObj);
        return new BusLogging(system.EventStream, $"{source}({system.Name})", type, logMessageFormatter ?? SemanticLogMessageFormatter.Instance);
    }

    public static ILoggingAdapter GetLogger(LoggingBus loggingBus, object logSourceObj, ILogMessageFormatter logMessageFormatter = null)
    {
        var (source, type) = Source(logSourceObj);
        return new BusLogging(loggingBus, source, type, logMessageFormatter ?? SemanticLogMessageFormatter.Instance);
    }

    public static LogLevel LogLevelFor(string logLevel) => logLevel?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        // "OFF" is above every level.
        "OFF" => (LogLevel)int.MaxValue,
        _ => throw new ArgumentException($@"Unknown LogLevel: ""{logLevel}"".", nameof(logLevel)),
    };

    private static (string Source, Type Type) Source(object source) => source switch
    {
        string text => (text, typeof(string)),
        Type type => (type.Name, type),
        IActorRef actor => (actor.Path.ToString(), typeof(ActorBase)),
        _ => (source.GetType().Name, source.GetType()),
    };
}
