using System.Numerics.Tensors;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Generation.Sampling;

/// <summary>
/// Chooses tokens on the host, by logits that a request may adjust first, with buffers shared by all sequences of an engine; what it
/// chooses depends on its arguments alone.
/// </summary>
public sealed class Sampler
{
    private readonly TokenChooser _chooser = new();
    private float[] _adjusted = [];

    /// <summary>The next token of an answer.</summary>
    /// <param name="logits">One row, <c>[V]</c>.</param>
    /// <param name="index">Tokens of the answer so far: the draw's counter, so that a seed gives the same answer in any batch.</param>
    /// <param name="history">For requests that adjust the logits by what has been said.</param>
    /// <param name="mask">For answers that must take some form: no other token is chosen, whatever the logits and the biases say.</param>
    /// <exception cref="NotFiniteNumberException">The logits hold no number to choose by.</exception>
    public int Next(ReadOnlySpan<float> logits, SamplingPolicy policy, int index, TokenHistory? history = null, TokenMask? mask = null)
    {
        if (history is not null || mask is not null)
        {
            logits = Adjusted(logits, history, mask);
        }
        return Found(_chooser.Choose(logits, policy.DrawAt(index)));
    }

    /// <summary>A token that was chosen, here or by a backend.</summary>
    /// <exception cref="NotFiniteNumberException">There was no number to choose by.</exception>
    public static int Found(int token) => token != TokenChooser.None
        ? token
        : throw new NotFiniteNumberException("the model's logits are not finite");

    private Span<float> Adjusted(ReadOnlySpan<float> logits, TokenHistory? history, TokenMask? mask)
    {
        if (!float.IsFinite(TensorPrimitives.Max(logits)))
        {
            // A mask would hide it.
            Found(TokenChooser.None);
        }
        if (_adjusted.Length < logits.Length)
        {
            _adjusted = new float[logits.Length];
        }
        var adjusted = _adjusted.AsSpan(0, logits.Length);
        logits.CopyTo(adjusted);
        history?.Adjust(adjusted);
        mask?.Apply(adjusted);
        return adjusted;
    }
}
