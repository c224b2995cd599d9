// Follows huggingface/transformers, src/transformers/models/qwen3_vl/modeling_qwen3_vl.py (Qwen3VLVisionModel). A group of a video's
// frames is encoded as an image of its own: the reference lets patches attend within one group only.
//
// P   patches of the image, in the order of PatchOrder
// M   patches that merge to one token
// C   hidden size of the tower

using MlxActors.Models.Media;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>Brings squares of patches to the decoder's hidden size: <c>[P, C] → [P / M, hidden]</c>.</summary>
/// <param name="Norm">Over one patch, or over the M · C numbers of a square: its own length tells which.</param>
public sealed record Qwen3VlMerger(LayerNorm Norm, Linear LinearFc1, Linear LinearFc2)
{
    private const double Eps = 1e-6;

    public static Qwen3VlMerger Load(WeightMap w, Qwen3VlVisionConfig config, bool normalizesSquares)
    {
        var square = config.HiddenSize * config.PatchesPerToken;
        return new Qwen3VlMerger(
            (w / "norm").LayerNorm(normalizesSquares ? square : config.HiddenSize, Eps),
            (w / "linear_fc1").Linear(square, square, bias: true),
            (w / "linear_fc2").Linear(square, config.OutHiddenSize, bias: true));
    }

    public Tensor Forward(IBackend b, Tensor x)
    {
        var square = LinearFc1.Weight.Shape[1];
        var normed = Norm.Forward(b, Rows(b, x, Norm.Weight.Shape[0]));
        return LinearFc2.Forward(b, b.Activate(LinearFc1.Forward(b, Rows(b, normed, square)), Activation.Gelu));
    }

    private static Tensor Rows(IBackend b, Tensor x, int columns) =>
        b.Reshape(x, new Shape(checked((int)(x.Shape.Count / columns)), columns));
}

/// <summary>The tower and its mergers: patches in, rows for the decoder's embeddings and its first layers out.</summary>
public sealed record Qwen3VlVision(
    Linear PatchEmbed,
    Qwen3VlPositions Positions,
    IReadOnlyList<EncoderLayer> Blocks,
    Qwen3VlMerger Merger,
    IReadOnlyList<Qwen3VlMerger> DeepstackMergers,
    RopeSpec Rope,
    Qwen3VlVisionConfig Config)
{
    private const double Eps = 1e-6;

    /// <param name="w">The path <c>vision_tower</c>.</param>
    public static Qwen3VlVision Load(WeightMap w, IBackend b, Qwen3VlVisionConfig config) => new(
        (w / "patch_embed" / "proj").PatchConvolution(
            config.HiddenSize, config.TemporalPatchSize, config.PatchSize, config.PatchSize, config.InChannels),
        Qwen3VlPositions.Load(w / "pos_embed", b, config),
        [.. Enumerable.Range(0, config.Depth).Select(i => Block(w / "blocks" / i, b, config))],
        Qwen3VlMerger.Load(w / "merger", config, normalizesSquares: false),
        [
            .. config.DeepstackVisualIndexes.Select((_, i) =>
                Qwen3VlMerger.Load(w / "deepstack_merger_list" / i, config, normalizesSquares: true)),
        ],
        Qwen3VlRope.Vision(config.HeadDim),
        config);

    /// <summary><c>[P, patch] → [1 + levels, rows, columns, hidden]</c> as <see cref="MediaRun"/> takes it, kept until disposed.</summary>
    public KeptTensor Forward(IBackend b, PatchValues patches, Trace? trace)
    {
        using var scope = b.BeginScope();
        var rope = RopeTable(b, patches);
        var levels = new KeptTensor[1 + DeepstackMergers.Count];
        try
        {
            using var stream = b.BeginScope();
            var h = Embed(b, patches, trace);
            for (var i = 0; i < Blocks.Count; i++)
            {
                h = stream.KeepOnly(Blocks[i].Forward(b, h, rope));
                trace?.Invoke($"block_{i}", h);
                if (Config.DeepstackVisualIndexes.IndexOf(i) is >= 0 and var level)
                {
                    levels[1 + level] = Merge(b, DeepstackMergers[level], h, $"deepstack_{level}", trace);
                }
            }
            levels[0] = Merge(b, Merger, h, "merged", trace);
            return Stack(b, levels, patches);
        }
        finally
        {
            Array.ForEach(levels, level => level?.Dispose());
        }
    }

    private Tensor Embed(IBackend b, PatchValues patches, Trace? trace)
    {
        var rows = patches.GridRows * patches.GridColumns;
        var x = PatchEmbed.Forward(b, b.FromFloats(patches.Values, new Shape(rows, patches.Values.Length / rows)));
        trace?.Invoke("patch_embed", x);
        x = b.Add(x, Positions.Forward(b, patches.GridRows, patches.GridColumns));
        trace?.Invoke("embed", x);
        return x;
    }

    private Tensor RopeTable(IBackend b, PatchValues patches)
    {
        var order = PatchOrder.Of(patches.GridRows, patches.GridColumns, Config.SpatialMergeSize).ToArray();
        return b.RopeTable([.. order.Select(patch => patch.Row), .. order.Select(patch => patch.Column)], 2, Rope);
    }

    private static KeptTensor Merge(IBackend b, Qwen3VlMerger merger, Tensor h, string name, Trace? trace)
    {
        var merged = merger.Forward(b, h);
        trace?.Invoke(name, merged);
        return b.Keep(merged);
    }

    private KeptTensor Stack(IBackend b, KeptTensor[] levels, PatchValues patches)
    {
        var (rows, columns) = (patches.GridRows / Config.SpatialMergeSize, patches.GridColumns / Config.SpatialMergeSize);
        var shape = new Shape(levels.Length, rows, columns, Config.OutHiddenSize);
        var stacked = new float[shape.Count];
        foreach (var (index, level) in levels.Index())
        {
            b.View(level.Value).CopyTo(stacked.AsSpan(index * (stacked.Length / levels.Length)));
        }
        return b.Keep(b.FromFloats(stacked, shape));
    }

    private static EncoderLayer Block(WeightMap w, IBackend b, Qwen3VlVisionConfig config)
    {
        var (hidden, intermediate) = (config.HiddenSize, config.IntermediateSize);
        // All queries, then all keys, then all values.
        var qkv = (w / "attn" / "qkv").Linear(hidden, 3 * hidden, bias: true);
        return new EncoderLayer(
            (w / "norm1").LayerNorm(hidden, Eps),
            new EncoderAttention(
                qkv.Outputs(b, 0, hidden),
                qkv.Outputs(b, hidden, hidden),
                qkv.Outputs(b, 2 * hidden, hidden),
                (w / "attn" / "proj").Linear(hidden, hidden, bias: true),
                config.NumHeads,
                config.HeadDim),
            (w / "norm2").LayerNorm(hidden, Eps),
            new EncoderMlp(
                (w / "mlp" / "linear_fc1").Linear(hidden, intermediate, bias: true),
                (w / "mlp" / "linear_fc2").Linear(intermediate, hidden, bias: true),
                config.HiddenAct));
    }
}
