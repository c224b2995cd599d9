using System.Collections.Immutable;
using Akka.Configuration;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Speculation;
using MlxActors.Generation.Supervision;
using MlxActors.Native.Results;

namespace MlxActors.Actors.Hosting;

/// <summary>The section <c>mlxactors</c> of the configuration; <c>hocon/application.conf</c> says what each key does.</summary>
/// <param name="Patience">How long a request may be overtaken by others of the loaded model.</param>
/// <param name="MemoryBytes">What weights, encoded media and KV caches may take together; null: no bound.</param>
/// <param name="KvBytes">Memory for the KV caches of all sequences; null: no bound.</param>
/// <param name="PrefixBytes">What may be kept of earlier prompts and answers, within <paramref name="KvBytes"/>.</param>
/// <param name="Speculation">How answers are guessed ahead; null: not at all.</param>
/// <param name="DefaultMaxTokens">Tokens of an answer whose request sets no limit.</param>
/// <param name="ReplyRoom">Tokens that must be left for such an answer.</param>
/// <param name="OnOverflow">What happens to a conversation that outgrows the window, when its request does not say.</param>
/// <param name="Summaries">Summaries of conversations that are kept for their next turns.</param>
/// <param name="Windows">Context windows by alias, where they are to be smaller than the checkpoint's.</param>
/// <param name="RestartAfter">So many failed steps in a row make the engine start anew.</param>
/// <param name="IdleUnload">After how long without a request a model is unloaded; null: never.</param>
/// <param name="KeepAlive">The same for single models, by alias.</param>
/// <param name="MaxRestarts">Restarts of the engine within <paramref name="RestartWindow"/>; one more, and it is dead.</param>
/// <param name="StreamBuffer">Tokens between the engine and a reader, at most.</param>
/// <param name="UnclaimedTimeout">How long a stream may wait for its reader.</param>
/// <param name="FeatureBytes">What encoded media may take that are kept for later requests.</param>
/// <param name="ProgressInterval">How often a request is told what it waits for.</param>
/// <param name="StallTimeout">How long a reader may take nothing of what is there.</param>
/// <param name="ShutdownDeadline">How long running answers may go on once the server is told to stop.</param>
public sealed record MlxActorsSettings(
    int MaxBatch,
    int PrefillChunk,
    long? MemoryBytes,
    long? KvBytes,
    long PrefixBytes,
    SpeculationLimits? Speculation,
    int DefaultMaxTokens,
    int ReplyRoom,
    OverflowPolicy OnOverflow,
    int Summaries,
    ImmutableDictionary<string, int> Windows,
    int RestartAfter,
    int MaxQueue,
    int MaxOvertaken,
    TimeSpan Patience,
    TimeSpan? IdleUnload,
    ImmutableDictionary<string, TimeSpan?> KeepAlive,
    int MaxRestarts,
    TimeSpan RestartWindow,
    int StreamBuffer,
    TimeSpan UnclaimedTimeout,
    long FeatureBytes,
    TimeSpan ProgressInterval,
    TimeSpan StallTimeout,
    TimeSpan ShutdownDeadline)
{
    public const string Section = "mlxactors";

    private const string KeepAliveKey = "supervisor.keep-alive";

    private const string SpeculationKey = "engine.speculation";

    public ReplyRoom Unasked => new(ReplyRoom, Math.Max(ReplyRoom, DefaultMaxTokens));

    public BatchLimits Batch => new(MaxBatch, PrefillChunk, KvBytes, FeatureBytes)
    {
        PrefixBytes = PrefixBytes,
        MemoryBytes = MemoryBytes,
        Speculation = Speculation,
    };

    public SupervisorLimits Supervisor => new(MaxBatch, MaxQueue, MaxOvertaken);

    /// <summary>Reads a whole configuration; the error names the key at fault.</summary>
    /// <param name="memory">Bytes that this machine has for the process.</param>
    public static Result<MlxActorsSettings, string> From(Config config, long memory)
    {
        var errors = new List<string>();
        var settings = new MlxActorsSettings(
            MaxBatch: Count(config, "engine.max-batch", 1, errors),
            PrefillChunk: Count(config, "engine.prefill-chunk", 1, errors),
            MemoryBytes: Memory(config, "engine.memory-limit", memory, errors),
            KvBytes: Memory(config, "engine.kv-cache-bytes", memory / 2, errors),
            PrefixBytes: PrefixMemory(config, "engine.prefix-cache-bytes", memory / 4, errors),
            Speculation: SpeculationOf(config, errors),
            DefaultMaxTokens: Count(config, "engine.default-max-tokens", 1, errors),
            ReplyRoom: Count(config, "context.reply-room", 1, errors),
            OnOverflow: Overflow(config, "context.on-overflow", errors),
            Summaries: Count(config, "context.summaries", 1, errors),
            Windows: ContextWindowSettings.Read(config, errors),
            RestartAfter: Count(config, "engine.restart-after", 1, errors),
            MaxQueue: Count(config, "supervisor.max-queue", 1, errors),
            MaxOvertaken: Count(config, "supervisor.max-overtaken", 0, errors),
            Patience: Duration(config, "supervisor.patience", errors),
            IdleUnload: IsOff(config, "supervisor.idle-unload") ? null : Duration(config, "supervisor.idle-unload", errors),
            KeepAlive: KeepAlives(config, errors),
            MaxRestarts: Count(config, "supervisor.max-restarts", 1, errors),
            RestartWindow: Duration(config, "supervisor.restart-window", errors),
            StreamBuffer: Count(config, "stream.buffer", 1, errors),
            UnclaimedTimeout: Duration(config, "stream.unclaimed-timeout", errors),
            FeatureBytes: Bytes(config, "media.feature-cache", 256L << 20, errors),
            ProgressInterval: Duration(config, "stream.progress-interval", errors),
            StallTimeout: Duration(config, "stream.stall-timeout", errors),
            ShutdownDeadline: Duration(config, "shutdown.deadline", errors));
        return errors.Count == 0
            ? Result.Ok<MlxActorsSettings, string>(settings)
            : Result.Error<MlxActorsSettings, string>(string.Join("; ", errors));
    }

    private static SpeculationLimits? SpeculationOf(Config config, List<string> errors)
    {
        var enabled = Read(
            config, SpeculationKey + ".enabled", "off", path => config.GetString(path, null), value => value is "auto" or "on" or "true" or "off" or "false",
            "auto, on or off", errors);
        var shortest = Count(config, SpeculationKey + ".shortest-match", 1, errors);
        var limits = new SpeculationLimits(
            OnlyWhereItPays: enabled == "auto",
            MaxTokens: Count(config, SpeculationKey + ".max-tokens", 1, errors),
            ShortestMatch: shortest,
            LongestMatch: Count(config, SpeculationKey + ".longest-match", shortest, errors),
            MaxRows: Count(config, SpeculationKey + ".max-rows", 1, errors));
        return enabled is "off" or "false" ? null : limits;
    }

    private static int Count(Config config, string key, int least, List<string> errors) =>
        Read(config, key, least, path => config.GetInt(path, 0), value => value >= least, $"a whole number, at least {least}", errors);

    private static OverflowPolicy Overflow(Config config, string key, List<string> errors) => Read(
        config,
        key,
        OverflowPolicy.Summarize,
        path => Enum.TryParse<OverflowPolicy>(config.GetString(path, null), ignoreCase: true, out var policy) ? policy : (OverflowPolicy?)null,
        policy => policy is not null,
        "summarize or error",
        errors) ?? OverflowPolicy.Summarize;

    private static TimeSpan Duration(Config config, string key, List<string> errors) =>
        Read(
            config, key, TimeSpan.FromSeconds(1), path => config.GetTimeSpan(path, null, allowInfinite: false),
            value => value > TimeSpan.Zero, "a duration above zero, such as 30s", errors);

    /// <summary>A key that may be missing.</summary>
    private static long Bytes(Config config, string key, long @default, List<string> errors) =>
        config.HasPath($"{Section}.{key}")
            ? Read(config, key, @default, path => config.GetByteSize(path) ?? -1, value => value >= 0, "a size such as 256MiB or 0", errors)
            : @default;

    /// <summary><c>off</c>: no bound.</summary>
    private static long? Memory(Config config, string key, long auto, List<string> errors) =>
        IsOff(config, key) ? null
        : config.GetString($"{Section}.{key}", null) is "auto" ? auto
        : Read(config, key, 1L, path => config.GetByteSize(path) ?? 0, value => value > 0, "auto, off or a size such as 4GiB", errors);

    /// <summary><c>off</c>: nothing is kept.</summary>
    private static long PrefixMemory(Config config, string key, long auto, List<string> errors) =>
        IsOff(config, key) ? 0
        : config.GetString($"{Section}.{key}", null) is "auto" ? auto
        : Read(config, key, 0L, path => config.GetByteSize(path) ?? -1, value => value >= 0, "auto, off or a size such as 4GiB", errors);

    private static ImmutableDictionary<string, TimeSpan?> KeepAlives(Config config, List<string> errors) =>
        config.GetConfig($"{Section}.{KeepAliveKey}") is { IsEmpty: false } aliases
            ? aliases.AsEnumerable().ToImmutableDictionary(
                entry => entry.Key, entry => KeepAliveOf(config, $"{KeepAliveKey}.\"{entry.Key}\"", errors))
            : ImmutableDictionary<string, TimeSpan?>.Empty;

    /// <summary>-1 pins a model; 0 unloads it as soon as it is idle.</summary>
    private static TimeSpan? KeepAliveOf(Config config, string key, List<string> errors) =>
        config.GetString($"{Section}.{key}", null) is "-1"
            ? null
            : Read(
                config, key, TimeSpan.Zero, path => config.GetTimeSpan(path, null, allowInfinite: false),
                value => value >= TimeSpan.Zero, "a duration such as 10m, 0, or -1 for ever", errors);

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
