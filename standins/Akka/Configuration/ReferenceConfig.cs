namespace Akka.Configuration;

/// <summary>The defaults of every key that the stand-in reads.</summary>
internal static class ReferenceConfig
{
    public static readonly Config Value = ConfigurationFactory.ParseString("""
        akka {
          loggers = ["Akka.Event.DefaultLogger"]
          loglevel = INFO
          stdout-loglevel = WARNING
          log-dead-letters = 10
          log-dead-letters-during-shutdown = off
          actor {
            ask-timeout = infinite
            default-dispatcher { type = Dispatcher, throughput = 30 }
            internal-dispatcher { type = Dispatcher, throughput = 5 }
            default-blocking-io-dispatcher { type = Dispatcher, throughput = 1 }
            debug { unhandled = off, receive = off, lifecycle = off }
          }
          scheduler { implementation = "Akka.Actor.HashedWheelTimerScheduler" }
          coordinated-shutdown {
            default-phase-timeout = 5 s
            terminate-actor-system = on
            run-by-actor-system-terminate = on
            run-by-clr-shutdown-hook = on
            phases { actor-system-terminate { timeout = 10 s } }
          }
        }
        """);
}
