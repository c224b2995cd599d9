using Akka.Configuration;
using MlxActors.Native.Results;

namespace MlxActors.Web.Telemetry;

/// <summary>What the server tells of itself; <c>hocon/telemetry.conf</c> says more of each.</summary>
/// <param name="IsJson">Whether log lines are JSON.</param>
/// <param name="Prompts">Whether the texts of prompts are logged.</param>
/// <param name="OpenMetrics">Whether <c>/metrics</c> asks for no key.</param>
/// <param name="Traces">Whether spans are sent out; where to, the environment says.</param>
internal sealed record TelemetrySettings(bool IsJson, LogLevel Level, bool Prompts, bool OpenMetrics, bool Traces)
{
    /// <param name="variable">Reads an environment variable.</param>
    public static Result<TelemetrySettings, string> Read(Config config, Func<string, string?> variable)
    {
        var format = config.GetString("mlxactors.log.format", null);
        var level = config.GetString("mlxactors.log.level", null);
        try
        {
            return format is not ("text" or "json")
                    ? Result.Error<TelemetrySettings, string>($"mlxactors.log.format: expected text or json, found '{format}'.")
                : ParseLevel(level) is not { } least ? Result.Error<TelemetrySettings, string>(
                    $"mlxactors.log.level: expected trace, debug, info, warning or error, found '{level}'.")
                : Result.Ok<TelemetrySettings, string>(new TelemetrySettings(
                    format == "json",
                    least,
                    config.GetBoolean("mlxactors.log.prompts"),
                    config.GetBoolean("mlxactors.metrics.open"),
                    Tracing.IsAskedFor(variable)));
        }
        catch (Exception e) when (e is FormatException or ConfigurationException)
        {
            return Result.Error<TelemetrySettings, string>($"mlxactors.log.prompts, mlxactors.metrics.open: expected on or off: {e.Message}");
        }
    }

    private static LogLevel? ParseLevel(string? level) => level switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => null,
    };
}
