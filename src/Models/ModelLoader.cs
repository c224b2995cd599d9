using MlxActors.Models.Gemma3;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>From a checkpoint's folder to a model. The one place that knows which families there are.</summary>
public static class ModelLoader
{
    private const string ConfigFile = "config.json";

    /// <summary>
    /// Maps the weights, and builds the forward pass over them on <paramref name="backend"/>, which stays the caller's. Nothing is allocated on the
    /// word of the config: sizes are held against the tensors in the files first.
    /// </summary>
    public static Result<IModel, LoadError> LoadModel(string directory, IBackend backend, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory))
        {
            return Result.Error<IModel, LoadError>(new LoadError($"{directory}: no such folder", null));
        }
        try
        {
            var config = ConfigNode.Read(directory, ConfigFile);
            var build = Family(config);
            var quantization = QuantizationConfig.Parse(config);
            var generation = GenerationConfig.Read(directory);
            cancellationToken.ThrowIfCancellationRequested();
            return Checkpoint.Open(directory)
                .MapError(error => new LoadError(error.ToString(), error.File))
                .Bind(checkpoint => Build(new WeightSource(checkpoint, quantization, backend), weights => build(weights, generation)));
        }
        catch (CheckpointException exception)
        {
            return Rejected(exception);
        }
    }

    /// <summary>Builds the model of the family that a config names; the weights become the model's.</summary>
    /// <exception cref="CheckpointException">The family is unknown, or the config is not one of its.</exception>
    public static Func<WeightSource, GenerationConfig, IModel> Family(ConfigNode config)
    {
        switch (config.Text("model_type"))
        {
            case "gemma3" or "gemma3_text":
                var gemma3 = Gemma3Config.Parse(config);
                return (weights, generation) => Gemma3Model.Load(weights, gemma3, generation);
            case Qwen3VlConfig.ModelType:
                var qwen3Vl = Qwen3VlConfig.Parse(config);
                return (weights, generation) => Qwen3VlModel.Load(weights, qwen3Vl, generation);
            default:
                throw config.Wrong("model_type", "gemma3, gemma3_text or qwen3_vl");
        }
    }

    private static Result<IModel, LoadError> Build(WeightSource weights, Func<WeightSource, IModel> build)
    {
        try
        {
            return Result.Ok<IModel, LoadError>(build(weights));
        }
        catch (CheckpointException exception)
        {
            weights.Dispose();
            return Rejected(exception);
        }
    }

    private static Result<IModel, LoadError> Rejected(CheckpointException exception) =>
        Result.Error<IModel, LoadError>(new LoadError(exception.Message, exception.Error.File));
}
