using MlxActors.Models;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Media;
using MlxActors.Models.Synthesis;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The vision tower of Gemma 3n.</summary>
internal static class MobileNetV5
{
    public static Tower Tower { get; } = new("768 × 768, 256 tokens", MobileNetV5Blueprint.Tower, Open);

    private static Action<Trace?> Open(WeightSource source)
    {
        var config = MobileNetV5Blueprint.Config;
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
