// Follows huggingface/pytorch-image-models, timm/models/mobilenetv5.py (MobileNetV5Encoder, MobileNetV5MultiScaleFusionAdapter).
//
// H, W   sides of a map
// C      channels of a map

using System.Collections.Immutable;
using MlxActors.Models.Media;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>Brings the maps of the last two stages to the tokens' resolution.</summary>
public sealed record Gemma3nFusion(NormedPointwise PwExp, NormedPointwise PwProj, RmsNorm Norm, int TokensPerSide)
{
    private const int Expansion = 2;

    public static Gemma3nFusion Load(WeightMap w, Gemma3nVisionConfig config)
    {
        var channels = config.Stages[^2][^1].Channels + config.Stages[^1][^1].Channels;
        var (wide, eps) = (channels * Expansion, config.RmsNormEps);
        return new Gemma3nFusion(
            NormedPointwise.Load(w / "ffn" / "pw_exp", channels, wide, eps),
            NormedPointwise.Load(w / "ffn" / "pw_proj", wide, config.HiddenSize, eps),
            (w / "norm").RmsNorm(config.HiddenSize, eps),
            config.TokensPerSide);
    }

    /// <param name="fine"><c>[H, H, C]</c>.</param>
    /// <param name="coarse">A map whose side is a whole part of H.</param>
    public Tensor Forward(IBackend b, Tensor fine, Tensor coarse)
    {
        var both = b.Concatenate(fine, Enlarge(b, coarse, fine.Shape[0]));
        var wide = b.Activate(PwExp.Forward(b, both), Activation.GeluTanh);
        return Norm.Forward(b, b.AveragePool(PwProj.Forward(b, wide), fine.Shape[0] / TokensPerSide));
    }

    /// <summary>Repeats the pixels of a square map: <c>[h, h, C] → [side, side, C]</c>.</summary>
    private static Tensor Enlarge(IBackend b, Tensor x, int side)
    {
        var (from, channels) = (x.Shape[0], x.Shape[2]);
        var factor = side / from;
        var pixels = new int[side * side];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = i / side / factor * from + i % side / factor;
        }
        var rows = b.Gather(b.Reshape(x, new Shape(from * from, channels)), pixels);
        return b.Reshape(rows, new Shape(side, side, channels));
    }
}

/// <summary>The MobileNetV5 tower: pixels in, one row a soft token out.</summary>
public sealed record Gemma3nVision(
    Convolution ConvStem,
    RmsNorm StemNorm,
    ImmutableArray<ImmutableArray<VisionLayer>> Stages,
    Gemma3nFusion Msfa,
    Gemma3nVisionConfig Config)
{
    private const int StemKernel = 3;

    /// <param name="w">The path <c>vision_tower</c>.</param>
    public static Gemma3nVision Load(WeightMap w, Gemma3nVisionConfig config)
    {
        var model = w / "timm_model";
        var stem = model / "conv_stem";
        var channels = config.StemSize;
        var stages = config.Stages.Select((blocks, stage) => blocks.Select((block, i) => Layer(block, stage, i)).ToImmutableArray());
        return new Gemma3nVision(
            (stem / "conv").Convolution(
                Gemma3nVisionConfig.NumChannels, config.StemSize, StemKernel, Gemma3nVisionConfig.StemStride, bias: true),
            (stem / "bn").RmsNorm(config.StemSize, config.RmsNormEps),
            [.. stages],
            Gemma3nFusion.Load(model / "msfa", config),
            config);

        VisionLayer Layer(VisionBlock block, int stage, int i)
        {
            var layer = VisionLayer.Load(model / "blocks" / stage / i, block, channels, config.RmsNormEps);
            channels = block.Channels;
            return layer;
        }
    }

    /// <summary><c>[3, H, W] → [tokens, C]</c>, row after row of the picture; the temporaries are the caller's scope's.</summary>
    public Tensor Forward(IBackend b, PixelValues pixels, Trace? trace)
    {
        var (fine, coarse) = Maps(b, pixels, trace);
        using (fine)
        using (coarse)
        {
            var tokens = Msfa.Forward(b, fine.Value, coarse.Value);
            trace?.Invoke("tower", tokens);
            return b.Reshape(tokens, new Shape(tokens.Shape.Rows, tokens.Shape.Last));
        }
    }

    /// <summary>The maps of the last two stages.</summary>
    private (KeptTensor Fine, KeptTensor Coarse) Maps(IBackend b, PixelValues pixels, Trace? trace)
    {
        using var scope = b.BeginScope();
        var x = scope.KeepOnly(Stem(b, pixels));
        trace?.Invoke("stem", x);
        var last = Stages.Length - 1;
        for (var stage = 0; stage < last; stage++)
        {
            x = Run(b, scope, x, stage, trace);
        }
        var fine = b.Keep(x);
        return (fine, b.Keep(Run(b, scope, fine.Value, last, trace)));
    }

    private Tensor Run(IBackend b, TensorScope scope, Tensor x, int stage, Trace? trace)
    {
        for (var i = 0; i < Stages[stage].Length; i++)
        {
            x = scope.KeepOnly(Stages[stage][i].Forward(b, x));
            trace?.Invoke($"blocks.{stage}.{i}", x);
        }
        return x;
    }

    private Tensor Stem(IBackend b, PixelValues pixels)
    {
        if (pixels.Channels != Gemma3nVisionConfig.NumChannels || pixels.Height != Config.ImageSize || pixels.Width != Config.ImageSize)
        {
            var found = $"{pixels.Channels}x{pixels.Height}x{pixels.Width}";
            throw new ArgumentException($"{found} pixels in a tower of {Config.ImageSize}", nameof(pixels));
        }
        var unfolded = Patches.Unfold(pixels, size: 1);
        var image = b.FromFloats(unfolded.Values, new Shape(pixels.Height, pixels.Width, pixels.Channels));
        return b.Activate(StemNorm.Forward(b, ConvStem.Forward(b, image)), Activation.GeluTanh);
    }
}
