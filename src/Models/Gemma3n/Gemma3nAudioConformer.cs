// Follows huggingface/transformers, src/transformers/models/gemma3n/modeling_gemma3n.py (Gemma3nAudioConformerBlock). Its clamps at 1e10
// are left out: they keep half precision from overflowing, and activations are Float32 here.
//
// T   steps
// H   heads
// D   head dimension
// C   hidden size: H · D
// S   distances that attention knows

using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>Sines and cosines of the distances between steps.</summary>
public static class Gemma3nDistances
{
    private const double LongestScale = 1e4;

    /// <summary><c>[S, C]</c>, from the farthest step back to the farthest ahead; sines in the first half of a row.</summary>
    public static float[] Table(Gemma3nAudioConfig config)
    {
        var half = config.HiddenSize / 2;
        var increment = (float)(Math.Log(LongestScale) / Math.Max(half - 1, 1));
        var table = new float[config.Span * config.HiddenSize];
        for (var row = 0; row < config.Span; row++)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = (config.LookBack - row) * MathF.Exp(i * -increment);
                table[row * config.HiddenSize + i] = MathF.Sin(angle);
                table[row * config.HiddenSize + half + i] = MathF.Cos(angle);
            }
        }
        return table;
    }
}

/// <summary>Steps behind the end of a clip.</summary>
public static class Gemma3nPadding
{
    /// <summary><paramref name="x"/> <c>[T, C]</c>, a temporary, with zeros behind the first <paramref name="real"/> rows.</summary>
    public static Tensor Clear(IBackend b, Tensor x, int real)
    {
        var rest = new Shape(x.Shape[0] - real, x.Shape[1]);
        return rest.Count == 0 ? x : b.ReplaceRows(x, real, b.FromFloats(new float[rest.Count], rest));
    }
}

/// <summary>A feed-forward that is added in part.</summary>
public sealed record Gemma3nAudioFeedForward(
    RmsNorm PreLayerNorm, Linear FfwLayer1, Linear FfwLayer2, RmsNorm PostLayerNorm, float ResidualWeight)
{
    private const int Expansion = 4;

    public static Gemma3nAudioFeedForward Load(WeightMap w, Gemma3nAudioConfig config)
    {
        var (hidden, wide) = (config.HiddenSize, config.HiddenSize * Expansion);
        return new Gemma3nAudioFeedForward(
            (w / "pre_layer_norm").RmsNorm(hidden, Gemma3nConformerBlock.NormEps),
            (w / "ffw_layer_1").Linear(hidden, wide),
            (w / "ffw_layer_2").Linear(wide, hidden),
            (w / "post_layer_norm").RmsNorm(hidden, Gemma3nConformerBlock.NormEps),
            config.ResidualWeight);
    }

    public Tensor Forward(IBackend b, Tensor x)
    {
        var wide = b.Activate(FfwLayer1.Forward(b, PreLayerNorm.Forward(b, x)), Activation.Silu);
        return b.Add(x, b.Scale(PostLayerNorm.Forward(b, FfwLayer2.Forward(b, wide)), ResidualWeight));
    }
}

/// <summary>Attention to the steps nearby, which tells them apart by content and by distance.</summary>
/// <param name="PerDimScale"><c>[D]</c>, before softplus.</param>
public sealed record Gemma3nAudioAttention(
    RmsNorm PreAttnNorm,
    Linear QProj,
    Linear KProj,
    Linear VProj,
    Linear PosProj,
    Tensor PerDimScale,
    Linear Post,
    RmsNorm PostNorm,
    Gemma3nAudioConfig Config)
{
    public static Gemma3nAudioAttention Load(WeightMap w, Gemma3nAudioConfig config)
    {
        var hidden = config.HiddenSize;
        var attention = w / "attn";
        return new Gemma3nAudioAttention(
            (w / "pre_attn_norm").RmsNorm(hidden, Gemma3nConformerBlock.NormEps),
            (attention / "q_proj").Linear(hidden, hidden),
            (attention / "k_proj").Linear(hidden, hidden),
            (attention / "v_proj").Linear(hidden, hidden),
            (attention / "relative_position_embedding" / "pos_proj").Linear(hidden, hidden),
            attention.Vector("per_dim_scale", config.HeadDim),
            (w / "post").Linear(hidden, hidden),
            (w / "post_norm").RmsNorm(hidden, Gemma3nConformerBlock.NormEps),
            config);
    }

    /// <param name="distances"><c>[S, C]</c>.</param>
    public Tensor Forward(IBackend b, Tensor x, Tensor distances, int realSteps)
    {
        var normed = PreAttnNorm.Forward(b, x);
        var q = b.Multiply(Heads(b, QProj, normed), QueryScale(b));
        var attended = b.LocalAttention(
            q, Heads(b, KProj, normed), Heads(b, VProj, normed), Heads(b, PosProj, distances), Config.LookBack, realSteps, Config.LogitCap);
        return b.Add(x, PostNorm.Forward(b, Post.Forward(b, b.Reshape(attended, x.Shape))));
    }

    private Tensor Heads(IBackend b, Linear projection, Tensor x) =>
        b.Reshape(projection.Forward(b, x), new Shape(x.Shape[0], Config.NumAttentionHeads, Config.HeadDim));

    /// <summary><c>D^(−½) · softplus(scale) / softplus(0)</c>, so that a scale of zero is the usual one.</summary>
    private Tensor QueryScale(IBackend b)
    {
        var usual = 1 / (Math.Sqrt(Config.HeadDim) * Math.Log(2));
        float[] scale = [.. b.View(PerDimScale).ToArray().Select(value => (float)(usual * Softplus(value)))];
        return b.FromFloats(scale, PerDimScale.Shape);
    }

    /// <summary>log(1 + e^x), written so that no e^x overflows.</summary>
    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}

/// <summary>A gated convolution of each channel over the last steps.</summary>
/// <param name="LinearStart"><c>C → 2 C</c>: values, then their gates.</param>
/// <param name="DepthwiseConv1d"><c>[C, kernel, 1]</c>.</param>
public sealed record Gemma3nLightConv(
    RmsNorm PreLayerNorm, Linear LinearStart, Tensor DepthwiseConv1d, RmsNorm ConvNorm, Linear LinearEnd)
{
    public static Gemma3nLightConv Load(WeightMap w, Gemma3nAudioConfig config)
    {
        var hidden = config.HiddenSize;
        return new Gemma3nLightConv(
            (w / "pre_layer_norm").RmsNorm(hidden, config.RmsNormEps),
            (w / "linear_start").Linear(hidden, 2 * hidden),
            (w / "depthwise_conv1d").Tensor("weight", new Shape(hidden, config.ConvKernelSize, 1)),
            (w / "conv_norm").RmsNorm(hidden, config.RmsNormEps),
            (w / "linear_end").Linear(hidden, hidden));
    }

    public Tensor Forward(IBackend b, Tensor x)
    {
        var normed = PreLayerNorm.Forward(b, x);
        var channels = x.Shape[1];
        var values = LinearStart.Outputs(b, 0, channels).Forward(b, normed);
        var gates = LinearStart.Outputs(b, channels, channels).Forward(b, normed);
        var convolved = Convolve(b, b.GatedActivation(gates, values, Activation.Sigmoid));
        return b.Add(x, LinearEnd.Forward(b, b.Activate(ConvNorm.Forward(b, convolved), Activation.Silu)));
    }

    /// <summary>Time runs along the height of a map one wide, with zeros before its start.</summary>
    private Tensor Convolve(IBackend b, Tensor x)
    {
        var (steps, channels, kernel) = (x.Shape[0], x.Shape[1], DepthwiseConv1d.Shape[1]);
        var causal = new ConvolutionGeometry(Stride: 1, Top: kernel - 1, Bottom: 0, Left: 0, Right: 0);
        var map = b.Reshape(x, new Shape(steps, 1, channels));
        var weight = b.Reshape(DepthwiseConv1d, new Shape(channels, kernel, 1, 1));
        return b.Reshape(b.DepthwiseConvolution(map, weight, causal), x.Shape);
    }
}

/// <summary>One block: attention and convolution between two half-step feed-forwards.</summary>
public sealed record Gemma3nConformerBlock(
    Gemma3nAudioFeedForward FfwLayerStart,
    Gemma3nAudioAttention Attention,
    Gemma3nLightConv Lconv1d,
    Gemma3nAudioFeedForward FfwLayerEnd,
    RmsNorm Norm)
{
    /// <summary>Of all norms but the light convolution's: the reference leaves them at the default of its norm.</summary>
    public const double NormEps = 1e-6;

    public static Gemma3nConformerBlock Load(WeightMap w, Gemma3nAudioConfig config) => new(
        Gemma3nAudioFeedForward.Load(w / "ffw_layer_start", config),
        Gemma3nAudioAttention.Load(w / "attention", config),
        Gemma3nLightConv.Load(w / "lconv1d", config),
        Gemma3nAudioFeedForward.Load(w / "ffw_layer_end", config),
        (w / "norm").RmsNorm(config.HiddenSize, NormEps));

    /// <param name="distances"><c>[S, C]</c>.</param>
    /// <param name="realSteps">The first steps, which are not padding.</param>
    public Tensor Forward(IBackend b, Tensor x, Tensor distances, int realSteps)
    {
        var h = Attention.Forward(b, FfwLayerStart.Forward(b, x), distances, realSteps);
        h = Lconv1d.Forward(b, Gemma3nPadding.Clear(b, h, realSteps));
        return Norm.Forward(b, FfwLayerEnd.Forward(b, h));
    }
}
