using System.Collections.Concurrent;
using MlxActors.Actors.Hosting;
using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Results;

namespace MlxActors.Actors.Tests.Fakes;

/// <summary>The checkpoints of a scenario: which names there are, what became of each load, and the models that came of them.</summary>
internal sealed class FakeCheckpoints
{
    private readonly ConcurrentDictionary<string, FakeModel> _models = new();

    /// <summary>"load a", "unload a", in order.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Reasons why checkpoints cannot be loaded, by folder.</summary>
    public ConcurrentDictionary<string, string> Faults { get; } = new();

    public FakeProcessor Processor { get; } = new();

    /// <summary>Called on the engine's thread before a load; may wait or throw.</summary>
    public Action<string> OnLoad { get; set; } = _ => { };

    /// <summary>Called on the engine's thread during a load, with what a loader is given; may wait or throw.</summary>
    public Action<IProgress<double>, CancellationToken> WhileLoading { get; set; } = (_, _) => { };

    /// <summary>Called on the engine's thread as a model is unloaded; may throw.</summary>
    public Action<string> OnUnload { get; set; } = _ => { };

    /// <summary>Called with each model as it is loaded.</summary>
    public Action<FakeModel> OnLoaded { get; set; } = _ => { };

    public MlxActorsOptions Options => new(Resolve, Load, new MediaDecoder(ImageLimits.Default), Metrics);

    public ActorMetrics Metrics { get; init; } = new();

    /// <summary>The model loaded last from a folder.</summary>
    public FakeModel this[string directory] => _models[directory];

    public int LiveCaches => _models.Values.Sum(model => model.LiveCaches);

    public int LiveFeatures => _models.Values.Sum(model => model.LiveFeatures);

    /// <summary>Models are named by one letter; "alias-x" is another name of x.</summary>
    private static Result<ModelLocation, string> Resolve(string name) =>
        name.Length == 0 ? throw new InvalidOperationException("a bug in the catalogue")
        : name.Length == 1 ? new ModelLocation(name, name)
        : name.StartsWith("alias-", StringComparison.Ordinal) ? new ModelLocation(name, name[^1..])
        : "no such folder";

    private Result<LoadedModel, LoadError> Load(string directory, IProgress<double> progress, CancellationToken cancellationToken)
    {
        Log.Enqueue($"load {directory}");
        OnLoad(directory);
        WhileLoading(progress, cancellationToken);
        if (Faults.TryGetValue(directory, out var fault))
        {
            return new LoadError(fault, "model.safetensors");
        }
        var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1));
        var model = new FakeModel(directory, backend, unloaded: () =>
        {
            Log.Enqueue($"unload {directory}");
            OnUnload(directory);
        });
        _models[directory] = model;
        OnLoaded(model);
        return new LoadedModel(model, Processor, backend);
    }
}
