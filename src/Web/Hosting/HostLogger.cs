using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;
using Akka.Hosting.Logging;
using MlxActors.Generation;
using MlxActors.Http.Logging;
using HostLevel = Microsoft.Extensions.Logging.LogLevel;

namespace MlxActors.Web.Hosting;

/// <summary>
/// Passes what the actors log on to the host's log, which puts time and level before it: the library's own logger would repeat them. An
/// entry about a request gets that request's id.
/// </summary>
internal sealed class HostLogger : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private readonly ILogger _log = Context.System.Settings.Setup.Get<LoggerFactorySetup>().Value.LoggerFactory.CreateLogger("MlxActors.Actors");

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent entry:
                var request = (entry.Message as LogMessage)?.Parameters().OfType<RequestId>().Select(id => id.LogName).FirstOrDefault();
                using (request is null ? null : _log.BeginScope(LogScope.Of(request)))
                {
                    _log.Log(LevelOf(entry), entry.Cause, "{Source}: {Message}", NameOf(entry.LogSource), entry.Message);
                }
                break;
        }
    }

    private static HostLevel LevelOf(LogEvent entry) => entry.LogLevel() switch
    {
        Akka.Event.LogLevel.DebugLevel => HostLevel.Debug,
        Akka.Event.LogLevel.InfoLevel => HostLevel.Information,
        Akka.Event.LogLevel.WarningLevel => HostLevel.Warning,
        _ => HostLevel.Error,
    };

    // The last step of an actor's path says which it is.
    private static string NameOf(string source) =>
        source.StartsWith("akka://", StringComparison.Ordinal) ? source[(source.LastIndexOf('/') + 1)..] : source;
}
