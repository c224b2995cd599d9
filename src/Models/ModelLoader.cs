using System.Collections.Immutable;
using MlxActors.Models.Gemma3;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>From a checkpoint's folder to a model. The one place that knows which families there are.</summary>
public static class ModelLoader
{
    private const string ConfigFile = "config.json";

    /// <summary>The values of a config's <c>model_type</c> that <see cref="FamilyOf"/> takes.</summary>
    public static ImmutableArray<string> KnownTypes { get; } =
        ["gemma3", "gemma3_text", "gemma3n", "gemma3n_text", Qwen3VlConfig.ModelType];

    /// <summary>
    /// Loads weights, tokenizer and media settings; the result owns <paramref name="backend"/>. On an error the backend stays the caller's.
    /// </summary>
    public static Result<LoadedModel, LoadError> Load(string directory, IBackend backend, CancellationToken cancellationToken) =>
        Load(directory, backend, progress: null, cancellationToken);

    /// <inheritdoc cref="Load(string, IBackend, CancellationToken)"/>
    /// <param name="progress">Told the fraction of the weights' bytes that has been read.</param>
    /// <exception cref="OperationCanceledException">The backend stays the caller's; nothing else is left.</exception>
    public static Result<LoadedModel, LoadError> Load(
        string directory, IBackend backend, IProgress<double>? progress, CancellationToken cancellationToken) =>
        Guard(directory, family => Weights(directory, backend, family, progress, cancellationToken)
            .Bind(model => Complete(model, () => family.Processor(directory, model.Info), backend)));

    /// <summary>
    /// Maps the weights, and builds the forward pass over them on <paramref name="backend"/>, which stays the caller's. Nothing is allocated on the
    /// word of the config: sizes are held against the tensors in the files first.
    /// </summary>
    public static Result<IModel, LoadError> LoadModel(string directory, IBackend backend, CancellationToken cancellationToken) =>
        Guard(directory, family => Weights(directory, backend, family, progress: null, cancellationToken));

    /// <exception cref="CheckpointException">The family is unknown, or the config is not one of its.</exception>
    public static Family FamilyOf(ConfigNode config)
    {
        switch (config.Text("model_type"))
        {
            case "gemma3" or "gemma3_text":
                var gemma3 = Gemma3Config.Parse(config);
                return new Family(
                    config,
                    (weights, generation) => Gemma3Model.Load(weights, gemma3, generation),
                    (directory, info) => Gemma3Processor.Load(
                        directory, gemma3, info.Capabilities.HasFlag(Capabilities.Vision) ? gemma3.Vision : null));
            case "gemma3n" or "gemma3n_text":
                var gemma3n = Gemma3nConfig.Parse(config);
                return new Family(
                    config,
                    (weights, generation) => Gemma3nModel.Load(weights, gemma3n, generation),
                    (directory, info) => Gemma3nProcessor.Load(directory, gemma3n, info.Capabilities));
            case Qwen3VlConfig.ModelType:
                var qwen3Vl = Qwen3VlConfig.Parse(config);
                return new Family(
                    config,
                    (weights, generation) => Qwen3VlModel.Load(weights, qwen3Vl, generation),
                    (directory, info) => Qwen3VlProcessor.Load(
                        directory, qwen3Vl, info.Capabilities.HasFlag(Capabilities.Vision) ? qwen3Vl.Vision : null));
            default:
                throw config.Wrong("model_type", $"one of {string.Join(", ", KnownTypes)}");
        }
    }

    private static Result<T, LoadError> Guard<T>(string directory, Func<Family, Result<T, LoadError>> load)
    {
        if (!Directory.Exists(directory))
        {
            return Result.Error<T, LoadError>(new LoadError($"{directory}: no such folder", null));
        }
        try
        {
            return load(FamilyOf(ConfigNode.Read(directory, ConfigFile)));
        }
        catch (CheckpointException exception)
        {
            return Result.Error<T, LoadError>(new LoadError(exception.Message, exception.Error.File));
        }
    }

    private static Result<IModel, LoadError> Weights(
        string directory, IBackend backend, Family family, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var quantization = QuantizationConfig.Parse(family.Config);
        var generation = GenerationConfig.Read(directory);
        cancellationToken.ThrowIfCancellationRequested();
        return Checkpoint.Open(directory)
            .MapError(error => new LoadError(error.ToString(), error.File))
            .Map(checkpoint => Build(new WeightSource(checkpoint, quantization, backend), weights =>
            {
                var model = family.Model(weights, generation);
                checkpoint.ReadIn(progress, cancellationToken);
                backend.Settle(cancellationToken);
                return model;
            }));
    }

    private static IModel Build(WeightSource weights, Func<WeightSource, IModel> build)
    {
        var isBuilt = false;
        try
        {
            var model = build(weights);
            isBuilt = true;
            return model;
        }
        finally
        {
            if (!isBuilt)
            {
                weights.Dispose();
            }
        }
    }

    /// <summary>Gives the weights back when the rest of the checkpoint is wrong.</summary>
    private static Result<LoadedModel, LoadError> Complete(IModel model, Func<Result<IProcessor, LoadError>> load, IBackend backend)
    {
        var isComplete = false;
        try
        {
            var processor = load();
            isComplete = processor is Result<IProcessor, LoadError>.Ok;
            return processor.Map(ready => new LoadedModel(model, ready, backend));
        }
        finally
        {
            if (!isComplete)
            {
                model.Dispose();
            }
        }
    }
}
