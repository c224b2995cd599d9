// Follows huggingface/transformers, src/transformers/models/gemma3n/modeling_gemma3n.py (Gemma3nTextAltUp, Gemma3nTextModel).
//
// P   planes that the hidden states of a row consist of; layers compute on the first
// R   rows of the step

using MlxActors.Models.Nn;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Gemma3n;

/// <summary>Hidden states as a stack of planes, <c>[P, R, hidden]</c>.</summary>
internal static class Planes
{
    /// <summary>One plane, <c>[R, hidden]</c>; no copy.</summary>
    public static Tensor Plane(this IBackend b, Tensor planes, int index) =>
        b.Reshape(b.Slice(planes, index, 1), new Shape(planes.Shape[1], planes.Shape[2]));

    /// <summary>A stack whose planes are all the same.</summary>
    public static Tensor StackOf(this IBackend b, Tensor plane, int count)
    {
        Span<int> same = stackalloc int[count];
        same.Clear();
        return b.Gather(b.Reshape(plane, new Shape(1, plane.Shape[0], plane.Shape[1])), same);
    }

    public static Tensor WithPlane(this IBackend b, Tensor planes, int index, Tensor plane) =>
        b.ReplaceRows(planes, index, b.Reshape(plane, new Shape(1, plane.Shape[0], plane.Shape[1])));

    /// <summary>The rows named, of every plane.</summary>
    public static Tensor GatherRows(this IBackend b, Tensor planes, ReadOnlySpan<int> rows)
    {
        var gathered = b.StackOf(b.Gather(b.Plane(planes, 0), rows), planes.Shape[0]);
        for (var i = 1; i < planes.Shape[0]; i++)
        {
            gathered = b.WithPlane(gathered, i, b.Gather(b.Plane(planes, i), rows));
        }
        return gathered;
    }
}

/// <summary>Makes the stack of planes from the embeddings, and one plane of the stack again.</summary>
public sealed record Gemma3nStack(IReadOnlyList<Linear> AltUpProjections, IReadOnlyList<Linear> AltUpUnembedProjections)
{
    private const float LeastMeanSquare = 1e-5f;

    public static Gemma3nStack Load(WeightMap w, Gemma3nTextConfig config)
    {
        Linear[] Projections(string name) =>
            [.. Enumerable.Range(0, config.AltUpInputs - 1).Select(i => (w / name / i).Linear(config.HiddenSize, config.HiddenSize))];
        return new Gemma3nStack(Projections("altup_projections"), Projections("altup_unembed_projections"));
    }

    /// <summary><c>[R, hidden] → [P, R, hidden]</c>, all planes as large as the first.</summary>
    public Tensor Open(IBackend b, Tensor embeddings)
    {
        var planes = b.StackOf(embeddings, AltUpProjections.Count + 1);
        for (var i = 0; i < AltUpProjections.Count; i++)
        {
            planes = b.WithPlane(planes, i + 1, b.MatchRms(AltUpProjections[i].Forward(b, embeddings), embeddings, LeastMeanSquare));
        }
        return planes;
    }

    /// <summary><c>[P, R, hidden] → [R, hidden]</c>: the mean.</summary>
    public Tensor Close(IBackend b, Tensor planes)
    {
        var first = b.Plane(planes, 0);
        var sum = first;
        for (var i = 0; i < AltUpUnembedProjections.Count; i++)
        {
            var plane = AltUpUnembedProjections[i].Forward(b, b.Plane(planes, i + 1));
            sum = b.Add(sum, b.MatchRms(plane, first, LeastMeanSquare));
        }
        return b.Scale(sum, 1f / planes.Shape[0]);
    }
}

/// <summary>Alternating updates: predicts all planes before a layer, and corrects them by what it made of the first.</summary>
/// <param name="PredictionCoefs">Its bias is the identity, so that a prediction is the plane itself and what is added to it.</param>
/// <param name="CorrectionCoefs">Its bias is 1, for the same reason.</param>
public sealed record Gemma3nAltUp(
    RmsNorm RouterNorm, Linear ModalityRouter, Linear PredictionCoefs, Linear CorrectionCoefs, Tensor CorrectOutputScale)
{
    public static Gemma3nAltUp Load(WeightMap w, Gemma3nTextConfig config)
    {
        var (planes, hidden) = (config.AltUpInputs, config.HiddenSize);
        var identity = Enumerable.Range(0, planes * planes).Select(i => i / planes == i % planes ? 1f : 0f);
        return new Gemma3nAltUp(
            (w / "router_norm").RmsNorm(hidden, config.RmsNormEps),
            (w / "modality_router").Linear(hidden, planes),
            (w / "prediction_coefs").Linear(planes, planes * planes) with { Bias = w.Constant(identity) },
            (w / "correction_coefs").Linear(planes, planes) with { Bias = w.Constant(Enumerable.Repeat(1f, planes)) },
            w.Vector("correct_output_scale", hidden));
    }

    public Tensor Predict(IBackend b, Tensor planes) =>
        b.MixPlanes(planes, PredictionCoefs.Forward(b, Route(b, b.Plane(planes, 0))));

    /// <param name="updated">What the layer made of the first predicted plane.</param>
    public Tensor Correct(IBackend b, Tensor predicted, Tensor updated)
    {
        var innovation = b.Add(updated, b.Scale(b.Plane(predicted, 0), -1));
        return b.AddToPlanes(predicted, innovation, CorrectionCoefs.Forward(b, Route(b, updated)));
    }

    private Tensor Route(IBackend b, Tensor x) =>
        b.Activate(ModalityRouter.Forward(b, b.Scale(RouterNorm.Forward(b, x), 1f / x.Shape.Last)), Activation.Tanh);
}
