using System.Text;
using MlxActors.Models;
using MlxActors.Models.Gemma3;
using MlxActors.Models.Media;
using MlxActors.Models.Synthesis;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The tower of Gemma 3 4B with its projector.</summary>
internal static class Siglip
{
    private const int Side = SiglipBlueprint.Side;

    public static Tower Tower { get; } = new($"{Side} × {Side}, 4096 patches", SiglipBlueprint.Tower, Open);

    private static Action<Trace?> Open(WeightSource source)
    {
        var node = ConfigNode.Parse("vision_config", Encoding.UTF8.GetBytes(SiglipBlueprint.ConfigJson));
        var config = Gemma3VisionConfig.Parse(node, SiglipBlueprint.TokensPerImage);
        var tower = Gemma3Vision.Load(WeightMap.Root(source), config, SiglipBlueprint.TextHidden);
        var picture = new PixelValues(Encode.Tower.Pixels(3 * Side * Side), 3, Side, Side);
        return trace => tower.Forward(source.Backend, picture, trace).Dispose();
    }
}
