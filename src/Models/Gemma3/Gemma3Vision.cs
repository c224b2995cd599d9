// Follows huggingface/transformers, src/transformers/models/siglip/modeling_siglip.py (the tower) and
// models/gemma3/modeling_gemma3.py (Gemma3MultiModalProjector).
//
// P   patches of the image, row-major
// H   attention heads, D head dimension, C = H · D hidden size of the tower

using MlxActors.Models.Media;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3;

/// <summary>Attention of all patches to all, with biased projections.</summary>
public sealed record SiglipAttention(Linear QProj, Linear KProj, Linear VProj, Linear OutProj, int Heads, int HeadDim)
{
    public static SiglipAttention Load(WeightMap w, Gemma3VisionConfig config)
    {
        Linear Projection(string name) => (w / name).Linear(config.HiddenSize, config.HiddenSize, bias: true);
        return new SiglipAttention(
            Projection("q_proj"),
            Projection("k_proj"),
            Projection("v_proj"),
            Projection("out_proj"),
            config.NumAttentionHeads,
            config.HiddenSize / config.NumAttentionHeads);
    }

    public Tensor Forward(IBackend b, Tensor x)
    {
        var patches = x.Shape[0];
        var heads = new Shape(patches, Heads, HeadDim);
        var attended = b.SelfAttention(
            b.Reshape(QProj.Forward(b, x), heads),
            b.Reshape(KProj.Forward(b, x), heads),
            b.Reshape(VProj.Forward(b, x), heads),
            [patches],
            1 / MathF.Sqrt(HeadDim));
        return OutProj.Forward(b, b.Reshape(attended, x.Shape));
    }
}

public sealed record SiglipMlp(Linear Fc1, Linear Fc2, Activation Activation)
{
    public static SiglipMlp Load(WeightMap w, Gemma3VisionConfig config) => new(
        (w / "fc1").Linear(config.HiddenSize, config.IntermediateSize, bias: true),
        (w / "fc2").Linear(config.IntermediateSize, config.HiddenSize, bias: true),
        config.HiddenAct);

    public Tensor Forward(IBackend b, Tensor x) => Fc2.Forward(b, b.Activate(Fc1.Forward(b, x), Activation));
}

public sealed record SiglipLayer(SiglipAttention SelfAttn, SiglipMlp Mlp, LayerNorm LayerNorm1, LayerNorm LayerNorm2)
{
    public static SiglipLayer Load(WeightMap w, Gemma3VisionConfig config) => new(
        SiglipAttention.Load(w / "self_attn", config),
        SiglipMlp.Load(w / "mlp", config),
        (w / "layer_norm1").LayerNorm(config.HiddenSize, config.LayerNormEps),
        (w / "layer_norm2").LayerNorm(config.HiddenSize, config.LayerNormEps));

    public Tensor Forward(IBackend b, Tensor h)
    {
        h = b.Add(h, SelfAttn.Forward(b, LayerNorm1.Forward(b, h)));
        return b.Add(h, Mlp.Forward(b, LayerNorm2.Forward(b, h)));
    }
}

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
    IReadOnlyList<SiglipLayer> Layers,
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
            (embeddings / "patch_embedding").PatchConvolution(config.HiddenSize, config.PatchSize, config.NumChannels),
            (embeddings / "position_embedding").Embedding(config.PatchesPerSide * config.PatchesPerSide, config.HiddenSize),
            [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => SiglipLayer.Load(tower / "encoder" / "layers" / i, config))],
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
}
