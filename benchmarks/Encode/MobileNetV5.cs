using System.Globalization;
using MlxActors.Benchmarks.Tokenizers;
using MlxActors.Models;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The tower of Gemma 3n, from the list of its tensors among the fixtures.</summary>
internal static class MobileNetV5
{
    private const string Prefix = "vision_tower.";
    private const int TokensPerImage = 256;

    public static Tower Tower { get; } = new("768 × 768, 256 tokens", Tensors(), Open);

    private static IEnumerable<(string Name, Shape Shape)> Tensors() =>
        from line in File.ReadLines(Path.Combine(Fixtures.Goldens, "models", "gemma3n", "vision-tensors.tsv"))
        where line.StartsWith(Prefix, StringComparison.Ordinal)
        let columns = line.Split('\t')
        select (columns[0], new Shape([.. columns[1].Split('x').Select(length => int.Parse(length, CultureInfo.InvariantCulture))]));

    private static Action<Trace?> Open(WeightSource source)
    {
        var config = Gemma3nVisionConfig.Parse(ConfigNode.Parse("vision_config", "{}"u8.ToArray()), TokensPerImage);
        var tower = Gemma3nVision.Load(WeightMap.Root(source) / "vision_tower", config);
        var (side, backend) = (config.ImageSize, source.Backend);
        var picture = new PixelValues(Encode.Tower.Pixels(3 * side * side), 3, side, side);
        return trace =>
        {
            using var scope = backend.BeginScope();
            backend.View(tower.Forward(backend, picture, trace));
        };
    }
}
