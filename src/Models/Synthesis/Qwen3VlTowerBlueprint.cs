using System.Collections.Immutable;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Synthesis;

/// <summary>The tower of Qwen3-VL 4B with its mergers.</summary>
public static class Qwen3VlTowerBlueprint
{
    public static Qwen3VlVisionConfig Config { get; } = new(
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

    public static TowerBlueprint Tower { get; } = new([.. Tensors()]);

    private static int Square => Config.HiddenSize * Config.PatchesPerToken;

    private static IEnumerable<NamedShape> Tensors() =>
    [
        new("vision_tower.patch_embed.proj.weight",
            new Shape(Config.HiddenSize, Config.TemporalPatchSize, Config.PatchSize, Config.PatchSize, Config.InChannels)),
        new("vision_tower.patch_embed.proj.bias", new Shape(Config.HiddenSize)),
        new("vision_tower.pos_embed.weight", new Shape(Config.PositionsPerSide * Config.PositionsPerSide, Config.HiddenSize)),
        .. Enumerable.Range(0, Config.Depth).SelectMany(i => Block($"vision_tower.blocks.{i}")),
        .. Merger("vision_tower.merger", Config.HiddenSize),
        .. Config.DeepstackVisualIndexes.SelectMany((_, i) => Merger($"vision_tower.deepstack_merger_list.{i}", Square)),
    ];

    private static IEnumerable<NamedShape> Block(string block) =>
    [
        .. Names.LayerNorm($"{block}.norm1", Config.HiddenSize),
        .. Names.Linear($"{block}.attn.qkv", Config.HiddenSize, 3 * Config.HiddenSize),
        .. Names.Linear($"{block}.attn.proj", Config.HiddenSize, Config.HiddenSize),
        .. Names.LayerNorm($"{block}.norm2", Config.HiddenSize),
        .. Names.Linear($"{block}.mlp.linear_fc1", Config.HiddenSize, Config.IntermediateSize),
        .. Names.Linear($"{block}.mlp.linear_fc2", Config.IntermediateSize, Config.HiddenSize),
    ];

    private static IEnumerable<NamedShape> Merger(string merger, int normed) =>
    [
        .. Names.LayerNorm($"{merger}.norm", normed),
        .. Names.Linear($"{merger}.linear_fc1", Square, Square),
        .. Names.Linear($"{merger}.linear_fc2", Square, Config.OutHiddenSize),
    ];
}
