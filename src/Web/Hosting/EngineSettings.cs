using Akka.Configuration;
using MlxActors.Models;
using MlxActors.Native.Cpu;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hosting;

/// <summary>What computes, from the section <c>mlxactors.engine</c>; the one place that names a backend.</summary>
internal sealed record EngineSettings(CpuOptions Cpu)
{
    public static Result<EngineSettings, string> Read(Config config)
    {
        var backend = config.GetString("mlxactors.engine.backend", null);
        var mode = config.GetString("mlxactors.engine.mode", null);
        var threads = config.GetString("mlxactors.engine.threads", null);
        return backend != "cpu" ? Result.Error<EngineSettings, string>($"mlxactors.engine.backend: expected cpu, found '{backend}'.")
            : ParseMode(mode) is not { } cpuMode ? Result.Error<EngineSettings, string>(
                $"mlxactors.engine.mode: expected exact or fast, found '{mode}'.")
            : ParseThreads(threads) is not { } count ? Result.Error<EngineSettings, string>(
                $"mlxactors.engine.threads: expected auto or a whole number above zero, found '{threads}'.")
            : Result.Ok<EngineSettings, string>(new EngineSettings(new CpuOptions(cpuMode, count)));
    }

    /// <summary>What computes, in words.</summary>
    public string Describe()
    {
        using var backend = new CpuBackend(Cpu);
        return backend.Description;
    }

    /// <summary>The instruction sets of this machine that the engine can compute with, narrowest first.</summary>
    public IReadOnlyList<string> Instructions() =>
        [.. Enum.GetValues<InstructionSet>().Where(CpuBackend.IsAvailable).Select(set => set.ToString())];

    /// <inheritdoc cref="LoadModel"/>
    public Result<LoadedModel, LoadError> Load(string directory, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var backend = new CpuBackend(Cpu);
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

    private static CpuMode? ParseMode(string? mode) => mode switch
    {
        "exact" => CpuMode.Exact,
        "fast" => CpuMode.Fast,
        _ => null,
    };

    private static int? ParseThreads(string? threads) =>
        threads == "auto" ? Environment.ProcessorCount
        : int.TryParse(threads, out var count) && count > 0 ? count
        : null;
}
