using Akka.Configuration;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Supervision;
using MlxActors.Native.Results;

namespace MlxActors.Actors.Hosting;

/// <summary>The section <c>mlxactors</c> of the configuration; <c>hocon/application.conf</c> says what each key does.</summary>
/// <param name="Patience">How long a request may be overtaken by others of the loaded model.</param>
/// <param name="IdleUnload">After how long without a request the model is unloaded; null: never.</param>
/// <param name="StreamBuffer">Tokens between the engine and a reader, at most.</param>
/// <param name="UnclaimedTimeout">How long a stream may wait for its reader.</param>
/// <param name="FeatureBytes">What encoded media may take that are kept for later requests.</param>
public sealed record MlxActorsSettings(
    int MaxBatch,
    int PrefillChunk,
    int MaxQueue,
    int MaxOvertaken,
    TimeSpan Patience,
    TimeSpan? IdleUnload,
    int StreamBuffer,
    TimeSpan UnclaimedTimeout,
    long FeatureBytes)
{
    public const string Section = "mlxactors";

    public BatchLimits Batch => new(MaxBatch, PrefillChunk, FeatureBytes: FeatureBytes);

    public SupervisorLimits Supervisor => new(MaxBatch, MaxQueue, MaxOvertaken);

    /// <summary>Reads a whole configuration; the error names the key at fault.</summary>
    public static Result<MlxActorsSettings, string> From(Config config)
    {
        var errors = new List<string>();
        var settings = new MlxActorsSettings(
            MaxBatch: Count(config, "engine.max-batch", 1, errors),
            PrefillChunk: Count(config, "engine.prefill-chunk", 1, errors),
            MaxQueue: Count(config, "supervisor.max-queue", 1, errors),
            MaxOvertaken: Count(config, "supervisor.max-overtaken", 0, errors),
            Patience: Duration(config, "supervisor.patience", errors),
            IdleUnload: IsOff(config, "supervisor.idle-unload") ? null : Duration(config, "supervisor.idle-unload", errors),
            StreamBuffer: Count(config, "stream.buffer", 1, errors),
            UnclaimedTimeout: Duration(config, "stream.unclaimed-timeout", errors),
            FeatureBytes: Bytes(config, "media.feature-cache", 256L << 20, errors));
        return errors.Count == 0
            ? Result.Ok<MlxActorsSettings, string>(settings)
            : Result.Error<MlxActorsSettings, string>(string.Join("; ", errors));
    }

    private static int Count(Config config, string key, int least, List<string> errors) =>
        Read(config, key, least, path => config.GetInt(path, 0), value => value >= least, $"a whole number, at least {least}", errors);

    private static TimeSpan Duration(Config config, string key, List<string> errors) =>
        Read(
            config, key, TimeSpan.FromSeconds(1), path => config.GetTimeSpan(path, null, allowInfinite: false),
            value => value > TimeSpan.Zero, "a duration above zero, such as 30s", errors);

    /// <summary>A key that may be missing.</summary>
    private static long Bytes(Config config, string key, long @default, List<string> errors) =>
        config.HasPath($"{Section}.{key}")
            ? Read(config, key, @default, path => config.GetByteSize(path) ?? -1, value => value >= 0, "a size such as 256MiB or 0", errors)
            : @default;

    private static bool IsOff(Config config, string key) => config.GetString($"{Section}.{key}", null) is "off" or "false";

    private static T Read<T>(
        Config config, string key, T instead, Func<string, T> read, Predicate<T> isValid, string expected, List<string> errors)
    {
        var path = $"{Section}.{key}";
        try
        {
            if (config.HasPath(path) && read(path) is var value && isValid(value))
            {
                return value;
            }
        }
        catch (Exception unreadable) when (unreadable is FormatException or OverflowException or ConfigurationException)
        {
            // Said below, with the key.
        }
        errors.Add($"{path}: expected {expected}, found {(config.HasPath(path) ? $"'{config.GetString(path, null)}'" : "nothing")}");
        return instead;
    }
}
