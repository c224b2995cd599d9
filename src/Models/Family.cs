using MlxActors.Native.Results;

namespace MlxActors.Models;

/// <summary>What a family makes of a checkpoint.</summary>
/// <param name="Model">Builds the model over the weights, which become the model's.</param>
/// <param name="Processor">Reads the text and media side from the checkpoint's folder.</param>
public sealed record Family(
    ConfigNode Config,
    Func<WeightSource, GenerationConfig, IModel> Model,
    Func<string, ModelInfo, Result<IProcessor, LoadError>> Processor);
