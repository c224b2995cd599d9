// Follows huggingface/transformers, src/transformers/models/gemma3n/modeling_gemma3n.py (Gemma3nAudioEncoder).
//
// T   steps: a quarter of the frames
// F   frequencies that a convolution leaves
// C   hidden size of the tower

using MlxActors.Models.Media;
using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>What the tower makes of a clip.</summary>
/// <param name="Values"><c>[steps, C]</c>; zero where the clip is padding.</param>
/// <param name="RealSteps">The first steps, which are not padding.</param>
public readonly record struct Gemma3nAudioSteps(Tensor Values, int RealSteps);

/// <summary>A convolution that halves time and frequency, normalized by the steps so far.</summary>
/// <param name="ConvWeight"><c>[out, 3 (time), 3 (frequency), in]</c>.</param>
public sealed record Gemma3nAudioSubsampling(Tensor ConvWeight, Tensor NormWeight, float Eps)
{
    private const int Kernel = Gemma3nAudioConfig.SubsamplingKernel;

    /// <summary>Looks ahead in time, and to both sides in frequency.</summary>
    private static readonly ConvolutionGeometry Geometry = new(
        Gemma3nAudioConfig.SubsamplingStride, Top: 0, Bottom: Kernel - 1, Left: 1, Right: 1);

    public static Gemma3nAudioSubsampling Load(WeightMap w, int inChannels, int outChannels, double eps) => new(
        (w / "conv").Tensor("weight", new Shape(outChannels, Kernel, Kernel, inChannels)),
        (w / "norm").Vector("weight", outChannels),
        (float)eps);

    /// <summary><c>[frames, bins, in] → [frames / 2, bins / 2, out]</c>, halves rounded up.</summary>
    public Tensor Forward(IBackend b, Tensor x)
    {
        var convolved = b.Convolution(x, ConvWeight, null, Geometry);
        return b.Activate(b.CumulativeNorm(convolved, NormWeight, Eps), Activation.Relu);
    }
}

/// <summary>The conformer of the Universal Speech Model: mel frames in, one row for each 16 of them out.</summary>
public sealed record Gemma3nAudio(
    Gemma3nAudioSubsampling Conv0,
    Gemma3nAudioSubsampling Conv1,
    Linear InputProjLinear,
    IReadOnlyList<Gemma3nConformerBlock> Conformer,
    Gemma3nAudioConfig Config)
{
    private const int FramesPerStep = Gemma3nAudioConfig.SubsamplingStride * Gemma3nAudioConfig.SubsamplingStride;

    /// <param name="w">The path <c>audio_tower</c>.</param>
    public static Gemma3nAudio Load(WeightMap w, Gemma3nAudioConfig config)
    {
        var projection = w / "subsample_conv_projection";
        return new Gemma3nAudio(
            Gemma3nAudioSubsampling.Load(projection / "conv_0", 1, config.FirstChannels, config.GroupNormEps),
            Gemma3nAudioSubsampling.Load(projection / "conv_1", config.FirstChannels, config.SecondChannels, config.GroupNormEps),
            (projection / "input_proj_linear").Linear(config.SubsampledSize, config.HiddenSize),
            [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => Gemma3nConformerBlock.Load(w / "conformer" / i, config))],
            config);
    }

    /// <summary>At least one frame in; the temporaries are the caller's scope's.</summary>
    public Gemma3nAudioSteps Forward(IBackend b, MelFrames frames, Trace? trace)
    {
        if (frames.Bins != Config.Bins || frames.Frames < 1)
        {
            throw new ArgumentException($"{frames.Frames} frames of {frames.Bins} bins in a tower of {Config.Bins}", nameof(frames));
        }
        var distances = b.FromFloats(Gemma3nDistances.Table(Config), new Shape(Config.Span, Config.HiddenSize));
        var stream = b.BeginScope();
        var h = stream.KeepOnly(Subsample(b, frames, trace));
        trace?.Invoke("subsampled", h);
        var realSteps = DivideUp(frames.RealFrames, FramesPerStep);
        for (var i = 0; i < Conformer.Count; i++)
        {
            h = stream.KeepOnly(Conformer[i].Forward(b, h, distances, realSteps));
            trace?.Invoke($"conformer_{i}", h);
        }
        return Reduce(b, h, DivideUp(realSteps, Config.ReductionFactor), trace);
    }

    private Tensor Subsample(IBackend b, MelFrames frames, Trace? trace)
    {
        var h = Conv0.Forward(b, b.FromFloats(frames.Values, new Shape(frames.Frames, frames.Bins, 1)));
        trace?.Invoke("conv_0", h);
        h = Conv1.Forward(b, h);
        trace?.Invoke("conv_1", h);
        return InputProjLinear.Forward(b, b.Reshape(h, new Shape(h.Shape[0], Config.SubsampledSize)));
    }

    private Gemma3nAudioSteps Reduce(IBackend b, Tensor h, int real, Trace? trace)
    {
        int[] kept = [.. Enumerable.Range(0, DivideUp(h.Shape[0], Config.ReductionFactor)).Select(step => step * Config.ReductionFactor)];
        var values = Gemma3nPadding.Clear(b, b.Gather(h, kept), real);
        trace?.Invoke("tower", values);
        trace?.Invoke("tower_mask", b.FromFloats([.. kept.Select((_, step) => step < real ? 0f : 1f)], new Shape(kept.Length)));
        return new Gemma3nAudioSteps(values, real);
    }

    private static int DivideUp(int count, int by) => (count + by - 1) / by;
}
