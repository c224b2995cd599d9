using Akka.Configuration;
using MlxActors.Native.Results;

namespace MlxActors.InProcess.Settings;

/// <summary>How long the HTTP side waits for others; <c>hocon/</c> says more of each.</summary>
/// <param name="Health">For the engine to answer a ping.</param>
/// <param name="Stall">For a client to take what is there.</param>
/// <param name="Shutdown">For running answers to finish, once the server is told to stop.</param>
internal sealed record TimeLimits(TimeSpan Health, TimeSpan Stall, TimeSpan Shutdown)
{
    /// <summary>What an ended answer, an aborted connection and an unloaded model may still take.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(5);

    public static Result<TimeLimits, string> Read(Config config) =>
        Duration(config, "mlxactors.http.health-deadline").Bind(health =>
        Duration(config, "mlxactors.stream.stall-timeout").Bind(stall =>
        Duration(config, "mlxactors.shutdown.deadline").Map(shutdown => new TimeLimits(health, stall, shutdown))));

    /// <summary>A setting that is a time above zero.</summary>
    internal static Result<TimeSpan, string> Duration(Config config, string key)
    {
        try
        {
            if (config.GetTimeSpan(key, TimeSpan.Zero, allowInfinite: false) is var time && time > TimeSpan.Zero)
            {
                return time;
            }
        }
        catch (Exception e) when (e is FormatException or OverflowException or ConfigurationException)
        {
            // Said below, with the key.
        }
        return $"{key}: expected a duration above zero, such as 30s, found '{config.GetString(key, null)}'.";
    }
}
