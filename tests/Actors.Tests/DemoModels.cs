using MlxActors.Actors.Hosting;
using MlxActors.Golden;
using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Results;

namespace MlxActors.Actors.Tests;

/// <summary>The demo checkpoints by their names, on the CPU.</summary>
internal static class DemoModels
{
    public static MlxActorsOptions Options(CpuOptions cpu) => new(Resolve, Loader(cpu), new MediaDecoder(ImageLimits.Default), new ActorMetrics());

    public static Result<ModelLocation, string> Resolve(string name)
    {
        var folder = Path.Combine(Goldens.Repository, "models", name);
        return Directory.Exists(folder) ? new ModelLocation(name, folder) : "no such model";
    }

    public static LoadModel Loader(CpuOptions cpu) => (directory, progress, cancellationToken) =>
    {
        var (backend, isLoaded) = (new CpuBackend(cpu), false);
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
    };
}

/// <summary>Tests that look at the memory of the whole process, and so run while no others do.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}
