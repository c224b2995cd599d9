// Follows huggingface/transformers, src/transformers/models/siglip/modeling_siglip.py (the tower) and
// models/gemma3/modeling_gemma3.py (Gemma3MultiModalProjector).
//
// P   patches of the image, row-major
// C   hidden size of the tower

using MlxActors.Models.Media;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3;

/// <summary>Averages squares of patches to soft tokens and brings them to the decoder's hidden size.</summary>
/// <param name="MmInputProjectionWeight"><c>[C, hidden]</c>, in-features first and never quantized.</param>
public sealed record Gemma3Projector(RmsNorm MmSoftEmbNorm, Tensor MmInputProjectionWeight, int PatchesPerSide, int PoolKernel)
{
    public static Gemma3Projector Load(WeightMap w, Gemma3VisionConfig config, int hiddenSize) => new(
        (w / "mm_soft_emb_norm").RmsNorm(config.HiddenSize, config.LayerNormEps, weightOffset: 1),
        w.Tensor("mm_input_projection_weight", new Shape(config.HiddenSize, hiddenSize)),
        config.PatchesPerSide,
        config.PoolKernel);

    public Tensor Forward(IBackend b, Tensor x, Trace? trace)
    {
        var channels = x.Shape[1];
        var pooled = b.AveragePool(b.Reshape(x, new Shape(PatchesPerSide, PatchesPerSide, channels)), PoolKernel);
        pooled = b.Reshape(pooled, new Shape(pooled.Shape[0] * pooled.Shape[1], channels));
        trace?.Invoke("pooled", pooled);
        var normed = MmSoftEmbNorm.Forward(b, pooled);
        trace?.Invoke("soft_emb_norm", normed);
        return b.MatMul(normed, MmInputProjectionWeight);
    }
}

/// <summary>The tower and its projector: pixels in, rows for the decoder out.</summary>
public sealed record Gemma3Vision(
    Linear PatchEmbedding,
    Embedding PositionEmbedding,
    IReadOnlyList<EncoderLayer> Layers,
    LayerNorm PostLayernorm,
    Gemma3Projector Projector,
    Gemma3VisionConfig Config)
{
    /// <param name="w">The path above <c>vision_tower</c> and <c>multi_modal_projector</c>.</param>
    public static Gemma3Vision Load(WeightMap w, Gemma3VisionConfig config, int hiddenSize)
    {
        var tower = w / "vision_tower" / "vision_model";
        var embeddings = tower / "embeddings";
        return new Gemma3Vision(
            (embeddings / "patch_embedding").PatchConvolution(config.HiddenSize, config.PatchSize, config.PatchSize, config.NumChannels),
            (embeddings / "position_embedding").Embedding(config.PatchesPerSide * config.PatchesPerSide, config.HiddenSize),
            [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => Layer(tower / "encoder" / "layers" / i, config))],
            (tower / "post_layernorm").LayerNorm(config.HiddenSize, config.LayerNormEps),
            Gemma3Projector.Load(w / "multi_modal_projector", config, hiddenSize),
            config);
    }

    /// <summary><c>[3, H, W] → [tokens, hidden]</c>, kept until disposed.</summary>
    public KeptTensor Forward(IBackend b, PixelValues pixels, Trace? trace)
    {
        using var scope = b.BeginScope();
        var h = Embed(b, pixels);
        trace?.Invoke("patch_embeddings", h);
        for (var i = 0; i < Layers.Count; i++)
        {
            h = scope.KeepOnly(Layers[i].Forward(b, h));
            trace?.Invoke($"layer_{i:00}", h);
        }
        h = PostLayernorm.Forward(b, h);
        trace?.Invoke("post_layernorm", h);
        return b.Keep(Projector.Forward(b, h, trace));
    }

    private Tensor Embed(IBackend b, PixelValues pixels)
    {
        var patches = Patches.Unfold(pixels, Config.PatchSize);
        var positions = Enumerable.Range(0, patches.Rows).ToArray();
        var x = b.FromFloats(patches.Values, new Shape(patches.Rows, patches.Columns));
        return b.Add(PatchEmbedding.Forward(b, x), PositionEmbedding.Forward(b, positions));
    }

    private static EncoderLayer Layer(WeightMap w, Gemma3VisionConfig config)
    {
        var (hidden, intermediate) = (config.HiddenSize, config.IntermediateSize);
        Linear Projection(string name) => (w / "self_attn" / name).Linear(hidden, hidden, bias: true);
        return new EncoderLayer(
            (w / "layer_norm1").LayerNorm(hidden, config.LayerNormEps),
            new EncoderAttention(
                Projection("q_proj"),
                Projection("k_proj"),
                Projection("v_proj"),
                Projection("out_proj"),
                config.NumAttentionHeads,
                hidden / config.NumAttentionHeads),
            (w / "layer_norm2").LayerNorm(hidden, config.LayerNormEps),
            new EncoderMlp(
                (w / "mlp" / "fc1").Linear(hidden, intermediate, bias: true),
                (w / "mlp" / "fc2").Linear(intermediate, hidden, bias: true),
                config.HiddenAct));
    }
}
