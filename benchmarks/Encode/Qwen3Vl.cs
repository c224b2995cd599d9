using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Models.Synthesis;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The tower of Qwen3-VL 4B with its mergers, at 1 megapixel.</summary>
internal static class Qwen3Vl
{
    private const int Grid = 64;

    public static Tower Tower { get; } = new("1024 × 1024, 4096 patches", Qwen3VlTowerBlueprint.Tower, Open);

    private static Action<Trace?> Open(WeightSource source)
    {
        var config = Qwen3VlTowerBlueprint.Config;
        var tower = Qwen3VlVision.Load(WeightMap.Root(source) / "vision_tower", source.Backend, config);
        var columns = config.TemporalPatchSize * config.PatchSize * config.PatchSize * config.InChannels;
        var picture = new PatchValues(Encode.Tower.Pixels(Grid * Grid * columns), Grid, Grid);
        return trace => tower.Forward(source.Backend, picture, trace).Dispose();
    }
}
