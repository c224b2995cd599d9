using Akka.Dispatch;
using Akka.Event;
using Akka.Hosting.Logging;
using LogLevel = Akka.Event.LogLevel;

namespace Akka.Hosting;

public enum TriStateValue
{
    None = 0,
    All = 1,
    Some = 2,
}

/// <summary>Which dead letters are logged.</summary>
public class DeadLetterOptions
{
    public TriStateValue ShouldLog { get; set; } = TriStateValue.Some;

    public int? LogCount { get; set; }

    public bool? LogDuringShutdown { get; set; }
}

/// <summary>How a hosted system logs.</summary>
public sealed class LoggerConfigBuilder
{
    private readonly List<Type> _loggers = [typeof(DefaultLogger)];

    internal LoggerConfigBuilder(AkkaConfigurationBuilder builder) => Builder = builder;

    public LogLevel? LogLevel { get; set; }

    public bool? LogConfigOnStart { get; set; }

    public DeadLetterOptions DeadLetterOptions { get; set; }

    internal AkkaConfigurationBuilder Builder { get; }

    public LoggerConfigBuilder ClearLoggers()
    {
        _loggers.Clear();
        return this;
    }

    public LoggerConfigBuilder AddLogger<T>()
        where T : IRequiresMessageQueue<ILoggerMessageQueueSemantics>
    {
        _loggers.Add(typeof(T));
        return this;
    }

    internal string ToHocon()
    {
        List<string> lines = [$"akka.loggers = [{string.Join(", ", _loggers.Select(x => $"\"{x.AssemblyQualifiedName}\""))}]"];
        if (LogLevel is { } level)
            lines.Add($"akka.loglevel = {level.ToString().Replace("Level", "").ToUpperInvariant()}");
        if (DeadLetterOptions is { } letters)
        {
            lines.Add($"akka.log-dead-letters = {letters.ShouldLog switch
            {
                TriStateValue.None => "off",
                TriStateValue.All => "on",
                _ => letters.LogCount?.ToString() ?? "10",
            }}");
            if (letters.LogDuringShutdown is { } during)
                lines.Add($"akka.log-dead-letters-during-shutdown = {(during ? "on" : "off")}");
        }

        return string.Join('\n', lines);
    }
}

public static class LoggingExtensions
{
    public static AkkaConfigurationBuilder ConfigureLoggers(this AkkaConfigurationBuilder builder, Action<LoggerConfigBuilder> configurator)
    {
        var loggers = new LoggerConfigBuilder(builder);
        configurator(loggers);
        return builder.AddHocon(loggers.ToHocon(), HoconAddMode.Prepend);
    }

    public static LoggerConfigBuilder AddDefaultLogger(this LoggerConfigBuilder configBuilder) => configBuilder.AddLogger<DefaultLogger>();

    /// <summary>Logs to the host's loggers.</summary>
    public static LoggerConfigBuilder AddLoggerFactory(this LoggerConfigBuilder configBuilder) =>
        configBuilder.AddLogger<LoggerFactoryLogger>();

    public static LoggerConfigBuilder AddLoggerFactory(
        this LoggerConfigBuilder configBuilder, Microsoft.Extensions.Logging.ILoggerFactory loggerFactory)
    {
        configBuilder.Builder.AddSetup(new LoggerFactorySetup(loggerFactory));
        return configBuilder.AddLogger<LoggerFactoryLogger>();
    }
}
