using MlxActors.Models;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Media;
using MlxActors.Models.Synthesis;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The audio tower of Gemma 3n.</summary>
internal static class Usm
{
    private const int Frames = 2997;

    public static Tower Tower { get; } = new("30 seconds, 188 tokens", UsmBlueprint.Tower, Open);

    private static Action<Trace?> Open(WeightSource source)
    {
        var config = UsmBlueprint.Config;
        var tower = Gemma3nAudio.Load(WeightMap.Root(source) / "audio_tower", config);
        var clip = new MelFrames(Encode.Tower.Pixels(Frames * config.Bins), Frames, config.Bins, RealFrames: Frames);
        return trace =>
        {
            using var scope = source.Backend.BeginScope();
            source.Backend.View(tower.Forward(source.Backend, clip, trace).Values);
        };
    }
}
