using Akka.Configuration;
using MlxActors.Models;
using MlxActors.Native.Cpu;
using MlxActors.Native.Cpu.Limits;
using MlxActors.Native.Mlx;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

namespace MlxActors.InProcess.Settings;

/// <summary>What computes, from the section <c>mlxactors.engine</c>; the one place that names a backend.</summary>
/// <param name="Cpu">How the processor would compute.</param>
/// <param name="Mlx">Null where the processor does.</param>
/// <param name="Why">Why it is this one, in words that follow its name; null when the settings name it.</param>
internal sealed record EngineSettings(CpuOptions Cpu, MlxSettings? Mlx, string? Why)
{
    /// <summary>Megabytes that the bandwidth is measured on, where nobody waits for the last percent: many times the caches.</summary>
    private const int BandwidthMegabytes = 256;

    /// <param name="variable">Reads an environment variable.</param>
    public static Result<EngineSettings, string> Read(Config config, Func<string, string?> variable)
    {
        var mode = config.GetString("mlxactors.engine.mode", null);
        var threads = config.GetString("mlxactors.engine.threads", null);
        var cache = config.GetString("mlxactors.engine.kv-cache-dtype", "auto");
        return ParseMode(mode) is not { } cpuMode ? Result.Error<EngineSettings, string>(
                $"mlxactors.engine.mode: expected exact or fast, found '{mode}'.")
            : ParseThreads(threads) is not { } count ? Result.Error<EngineSettings, string>(
                $"mlxactors.engine.threads: expected auto or a whole number above zero, found '{threads}'.")
            : !TryParseCacheType(cache, out var cacheType) ? Result.Error<EngineSettings, string>(
                $"mlxactors.engine.kv-cache-dtype: expected auto, float32, bfloat16 or int8, found '{cache}'.")
            : MlxSettings.ReadLimits(config).Bind(limits => Choose(
                config.GetString("mlxactors.engine.backend", null), new CpuOptions(cpuMode, count, KvCache: cacheType), limits,
                variable(MlxLibrary.Variable)));
    }

    /// <summary>What computes, as short as a table has it.</summary>
    public string Kind => Mlx is null ? $"CPU {Cpu.Limit ?? CpuBackend.BestInstructions} {Cpu.Mode}".ToLowerInvariant() : "mlx";

    /// <summary>What computes, in words, and which setting it takes no notice of.</summary>
    public string Describe() =>
        string.Join("; ", new[] { Why, Ignored }.OfType<string>()) is { Length: > 0 } remarks ? $"{Name()} ({remarks})" : Name();

    private string? Ignored => Mlx is not null && Cpu.KvCache is not (null or KvCacheType.Float32)
        ? "kv-cache-dtype is of the cpu engine: keys and values are float32"
        : null;

    /// <summary>The instruction sets of this machine that the engine can compute with, narrowest first.</summary>
    public IReadOnlyList<string> Instructions() =>
        [.. Enum.GetValues<InstructionSet>().Where(CpuBackend.IsAvailable).Select(set => set.ToString())];

    /// <summary>A backend as the settings want it; the caller's to dispose.</summary>
    public IBackend Open() => Mlx is { } mlx ? new MlxBackend(mlx.Library, mlx.Limits) : new CpuBackend(Cpu);

    /// <summary>Bytes a second that the processor's threads read from memory.</summary>
    public double ReadBandwidth() => MachineLimits.ReadBandwidth(Cpu, BandwidthMegabytes);

    /// <summary>What the machine can do at most; null where the processor does not compute.</summary>
    public MachineLimits? Limits() => Mlx is null ? MachineLimits.Measure(Cpu) : null;

    /// <inheritdoc cref="LoadModel"/>
    public Result<LoadedModel, LoadError> Load(string directory, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var backend = Open();
        var isLoaded = false;
        try
        {
            var loaded = ModelLoader.Load(directory, backend, progress, cancellationToken);
            isLoaded = loaded is Result<LoadedModel, LoadError>.Ok;
            return loaded;
        }
        finally
        {
            if (!isLoaded)
            {
                backend.Dispose();
            }
        }
    }

    private static Result<EngineSettings, string> Choose(string? backend, CpuOptions cpu, MlxLimits limits, string? library)
    {
        EngineSettings OnMlx(MlxLibrary found, string? why) => new(cpu, new MlxSettings(found, limits), why);
        EngineSettings OnCpu(string? why) => new(cpu, null, why);
        return backend switch
        {
            "cpu" => OnCpu(null),
            "mlx" => MlxLibrary.Find(library).Map(found => OnMlx(found, null))
                .MapError(why => $"mlxactors.engine.backend is mlx, but there is none: {why}."),
            "auto" => MlxLibrary.Find(library).Match(
                found => found.HasGpu ? OnMlx(found, "auto: MLX has a GPU here") : OnCpu($"auto: {found.Path} knows no GPU here"),
                why => OnCpu($"auto: {why}")),
            _ => Result.Error<EngineSettings, string>($"mlxactors.engine.backend: expected auto, mlx or cpu, found '{backend}'."),
        };
    }

    private string Name()
    {
        if (Mlx is { } mlx)
        {
            return MlxBackend.Describe(mlx.Library);
        }
        using var backend = new CpuBackend(Cpu);
        return backend.Description;
    }

    private static CpuMode? ParseMode(string? mode) => mode switch
    {
        "exact" => CpuMode.Exact,
        "fast" => CpuMode.Fast,
        _ => null,
    };

    /// <param name="type">Null for auto: what goes with the mode.</param>
    private static bool TryParseCacheType(string? name, out KvCacheType? type)
    {
        type = name switch
        {
            "float32" => KvCacheType.Float32,
            "bfloat16" => KvCacheType.BFloat16,
            "int8" => KvCacheType.Int8,
            _ => null,
        };
        return type is not null || name == "auto";
    }

    private static int? ParseThreads(string? threads) =>
        threads == "auto" ? Environment.ProcessorCount
        : int.TryParse(threads, out var count) && count > 0 ? count
        : null;
}
