using System.Collections.Immutable;

namespace MlxActors.Models;

/// <summary>What <c>generation_config.json</c> says; the file may be missing.</summary>
/// <param name="EndOfSequence">Null when the file is silent.</param>
public sealed record GenerationConfig(SamplingDefaults Sampling, ImmutableHashSet<int>? EndOfSequence)
{
    private const string FileName = "generation_config.json";

    private const double MaxTemperature = 100;

    public static GenerationConfig Read(string directory) => File.Exists(Path.Combine(directory, FileName))
        ? Parse(ConfigNode.Read(directory, FileName))
        : new GenerationConfig(SamplingDefaults.Silent, null);

    public static GenerationConfig Parse(ConfigNode config) => new(
        new SamplingDefaults(
            config.Flag("do_sample", SamplingDefaults.Silent.Sample),
            config.Number("temperature", 0, MaxTemperature),
            config.Integer("top_k", 0, int.MaxValue),
            config.Number("top_p", 0, 1),
            config.Number("min_p", 0, 1)),
        config.Ids("eos_token_id"));
}
