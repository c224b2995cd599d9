using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Encode;

/// <summary>The tower of Qwen3-VL 4B with its mergers, at 1 megapixel.</summary>
internal static class Qwen3Vl
{
    private const int Grid = 64;

    private static readonly Qwen3VlVisionConfig Config = new(
        Depth: 24,
        HiddenSize: 1024,
        IntermediateSize: 4096,
        NumHeads: 16,
        OutHiddenSize: 2560,
        PositionsPerSide: 48,
        PatchSize: 16,
        TemporalPatchSize: 2,
        SpatialMergeSize: 2,
        InChannels: 3,
        Activation.GeluTanh,
        ImmutableArray.Create(5, 11, 17));

    /// <summary>What <c>config.json</c> says of the tower.</summary>
    public static string ConfigJson { get; } = $$"""
        { "model_type": "qwen3_vl", "depth": {{Config.Depth}}, "hidden_size": {{Config.HiddenSize}},
          "intermediate_size": {{Config.IntermediateSize}}, "num_heads": {{Config.NumHeads}}, "out_hidden_size": {{Config.OutHiddenSize}},
          "num_position_embeddings": {{Config.PositionsPerSide * Config.PositionsPerSide}}, "patch_size": {{Config.PatchSize}},
          "temporal_patch_size": {{Config.TemporalPatchSize}}, "spatial_merge_size": {{Config.SpatialMergeSize}},
          "in_channels": {{Config.InChannels}}, "deepstack_visual_indexes": [{{string.Join(", ", Config.DeepstackVisualIndexes)}}] }
        """;

    public static Tower Tower { get; } = new("1024 × 1024, 4096 patches", Tensors(), Open);

    private static IEnumerable<(string Name, Shape Shape)> Tensors() =>
    [
        ("vision_tower.patch_embed.proj.weight",
            new Shape(Config.HiddenSize, Config.TemporalPatchSize, Config.PatchSize, Config.PatchSize, Config.InChannels)),
        ("vision_tower.patch_embed.proj.bias", new Shape(Config.HiddenSize)),
        ("vision_tower.pos_embed.weight", new Shape(Config.PositionsPerSide * Config.PositionsPerSide, Config.HiddenSize)),
        .. Enumerable.Range(0, Config.Depth).SelectMany(i => Block($"vision_tower.blocks.{i}")),
        .. Merger("vision_tower.merger", Config.HiddenSize),
        .. Config.DeepstackVisualIndexes.SelectMany((_, i) => Merger($"vision_tower.deepstack_merger_list.{i}", Square)),
    ];

    private static int Square => Config.HiddenSize * Config.PatchesPerToken;

    private static IEnumerable<(string Name, Shape Shape)> Block(string block) =>
    [
        .. Names.LayerNorm($"{block}.norm1", Config.HiddenSize),
        .. Names.Linear($"{block}.attn.qkv", Config.HiddenSize, 3 * Config.HiddenSize),
        .. Names.Linear($"{block}.attn.proj", Config.HiddenSize, Config.HiddenSize),
        .. Names.LayerNorm($"{block}.norm2", Config.HiddenSize),
        .. Names.Linear($"{block}.mlp.linear_fc1", Config.HiddenSize, Config.IntermediateSize),
        .. Names.Linear($"{block}.mlp.linear_fc2", Config.IntermediateSize, Config.HiddenSize),
    ];

    private static IEnumerable<(string Name, Shape Shape)> Merger(string merger, int normed) =>
    [
        .. Names.LayerNorm($"{merger}.norm", normed),
        .. Names.Linear($"{merger}.linear_fc1", Square, Square),
        .. Names.Linear($"{merger}.linear_fc2", Square, Config.OutHiddenSize),
    ];

    private static Action<Trace?> Open(WeightSource source)
    {
        var tower = Qwen3VlVision.Load(WeightMap.Root(source) / "vision_tower", source.Backend, Config);
        var columns = Config.TemporalPatchSize * Config.PatchSize * Config.PatchSize * Config.InChannels;
        var picture = new PatchValues(Encode.Tower.Pixels(Grid * Grid * columns), Grid, Grid);
        return trace => tower.Forward(source.Backend, picture, trace).Dispose();
    }
}
