// Follows huggingface/pytorch-image-models, timm/models/_efficientnet_blocks.py (EdgeResidual, UniversalInvertedResidual, MobileAttention).
//
// H, W   sides of a map
// C      channels of a map
// E      channels within a block
// D      head dimension

using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>One block of the tower: <c>[H, W, C] → [H', W', C']</c>.</summary>
public abstract record VisionLayer
{
    private VisionLayer()
    {
    }

    public abstract Tensor Forward(IBackend b, Tensor x);

    /// <param name="w">The path of the block.</param>
    /// <param name="channels">Of the map that goes in.</param>
    public static VisionLayer Load(WeightMap w, VisionBlock block, int channels, double eps) => block switch
    {
        VisionBlock.EdgeResidual edge => EdgeResidual.Load(w, edge, channels, eps),
        VisionBlock.InvertedResidual inverted => InvertedResidual.Load(w, inverted, channels, eps),
        VisionBlock.Attention attention => Attention.Load(w, attention, channels, eps),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A dense convolution that widens, and one of single pixels that narrows again.</summary>
    public sealed record EdgeResidual(Convolution ConvExp, RmsNorm Bn1, Linear ConvPwl, RmsNorm Bn2, bool HasSkip) : VisionLayer
    {
        public static EdgeResidual Load(WeightMap w, VisionBlock.EdgeResidual block, int channels, double eps)
        {
            var wide = channels * block.Expansion;
            return new EdgeResidual(
                (w / "conv_exp").Convolution(channels, wide, block.Kernel, block.Stride),
                (w / "bn1").RmsNorm(wide, eps),
                (w / "conv_pwl").PointwiseConvolution(wide, block.Channels),
                (w / "bn2").RmsNorm(block.Channels, eps),
                HasSkip: channels == block.Channels && block.Stride == 1);
        }

        public override Tensor Forward(IBackend b, Tensor x)
        {
            var wide = b.Activate(Bn1.Forward(b, ConvExp.Forward(b, x)), Activation.GeluTanh);
            var result = Bn2.Forward(b, ConvPwl.Forward(b, wide));
            return HasSkip ? b.Add(result, x) : result;
        }
    }

    /// <summary>
    /// Widens and narrows pixel by pixel, with convolutions of single channels before and between where the block has them.
    /// </summary>
    public sealed record InvertedResidual(
        NormedDepthwise? DwStart, NormedPointwise PwExp, NormedDepthwise? DwMid, NormedPointwise PwProj, Tensor LayerScale, bool HasSkip)
        : VisionLayer
    {
        public static InvertedResidual Load(WeightMap w, VisionBlock.InvertedResidual block, int channels, double eps)
        {
            var wide = channels * block.Expansion;
            return new InvertedResidual(
                block.StartKernel is { } start ? NormedDepthwise.Load(w / "dw_start", channels, start, 1, eps) : null,
                NormedPointwise.Load(w / "pw_exp", channels, wide, eps),
                block.MiddleKernel is { } middle ? NormedDepthwise.Load(w / "dw_mid", wide, middle, block.Stride, eps) : null,
                NormedPointwise.Load(w / "pw_proj", wide, block.Channels, eps),
                (w / "layer_scale").Vector("gamma", block.Channels),
                HasSkip: channels == block.Channels && block.Stride == 1);
        }

        public override Tensor Forward(IBackend b, Tensor x)
        {
            var wide = b.Activate(PwExp.Forward(b, DwStart?.Forward(b, x) ?? x), Activation.GeluTanh);
            if (DwMid is { } middle)
            {
                wide = b.Activate(middle.Forward(b, wide), Activation.GeluTanh);
            }
            var result = b.Multiply(PwProj.Forward(b, wide), LayerScale);
            return HasSkip ? b.Add(result, x) : result;
        }
    }

    /// <summary>Attention of all pixels to all, or to those of a shrunken map, under one key and one value head.</summary>
    public sealed record Attention(
        RmsNorm Norm,
        Linear Query,
        SharedHead Key,
        SharedHead Value,
        Linear Output,
        Tensor LayerScale,
        int Heads,
        int HeadDim,
        bool HasSkip)
        : VisionLayer
    {
        public static Attention Load(WeightMap w, VisionBlock.Attention block, int channels, double eps)
        {
            var attn = w / "attn";
            var features = block.Heads * block.HeadDim;
            return new Attention(
                (w / "norm").RmsNorm(channels, eps),
                (attn / "query" / "proj").PointwiseConvolution(channels, features),
                SharedHead.Load(attn / "key", block, channels, eps),
                SharedHead.Load(attn / "value", block, channels, eps),
                (attn / "output" / "proj").PointwiseConvolution(features, block.Channels),
                (w / "layer_scale").Vector("gamma", block.Channels),
                block.Heads,
                block.HeadDim,
                HasSkip: channels == block.Channels);
        }

        public override Tensor Forward(IBackend b, Tensor x)
        {
            var normed = Norm.Forward(b, x);
            var q = b.Reshape(Query.Forward(b, normed), new Shape(x.Shape.Rows, Heads, HeadDim));
            var attended = b.CrossAttention(q, Key.Forward(b, normed), Value.Forward(b, normed), 1 / MathF.Sqrt(HeadDim));
            var joined = b.Reshape(attended, x.Shape.WithLast(Heads * HeadDim));
            var result = b.Multiply(Output.Forward(b, joined), LayerScale);
            return HasSkip ? b.Add(result, x) : result;
        }
    }
}

/// <summary>Keys, or values, of a map: <c>[H, W, C] → [H' · W', 1, D]</c>.</summary>
/// <param name="Shrink">Where the map's sides are shortened first.</param>
public sealed record SharedHead((DepthwiseConvolution DownConv, RmsNorm Norm)? Shrink, Linear Proj)
{
    public static SharedHead Load(WeightMap w, VisionBlock.Attention block, int channels, double eps) => new(
        block.KeyStride > 1
            ? ((w / "down_conv").DepthwiseConvolution(channels, block.KeyKernel, block.KeyStride), (w / "norm").RmsNorm(channels, eps))
            : null,
        (w / "proj").PointwiseConvolution(channels, block.HeadDim));

    public Tensor Forward(IBackend b, Tensor x)
    {
        var source = Shrink is { } shrink ? shrink.Norm.Forward(b, shrink.DownConv.Forward(b, x)) : x;
        var head = Proj.Forward(b, source);
        return b.Reshape(head, new Shape(head.Shape.Rows, 1, head.Shape.Last));
    }
}

/// <summary>A convolution of single pixels and a norm over channels.</summary>
public sealed record NormedPointwise(Linear Conv, RmsNorm Bn)
{
    public static NormedPointwise Load(WeightMap w, int inFeatures, int outFeatures, double eps) =>
        new((w / "conv").PointwiseConvolution(inFeatures, outFeatures), (w / "bn").RmsNorm(outFeatures, eps));

    public Tensor Forward(IBackend b, Tensor x) => Bn.Forward(b, Conv.Forward(b, x));
}

/// <summary>A convolution of single channels and a norm over them.</summary>
public sealed record NormedDepthwise(DepthwiseConvolution Conv, RmsNorm Bn)
{
    public static NormedDepthwise Load(WeightMap w, int features, int kernel, int stride, double eps) =>
        new((w / "conv").DepthwiseConvolution(features, kernel, stride), (w / "bn").RmsNorm(features, eps));

    public Tensor Forward(IBackend b, Tensor x) => Bn.Forward(b, Conv.Forward(b, x));
}
