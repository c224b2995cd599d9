namespace MlxActors.Native.Tensors;

/// <summary>What one layer's cache holds.</summary>
/// <param name="KvHeads">Hkv.</param>
/// <param name="HeadDim">D.</param>
/// <param name="Window">Tokens that a sliding layer still looks back to, its own included; null keeps all.</param>
public sealed record KvCacheSpec(int KvHeads, int HeadDim, int? Window);

/// <summary>
/// Keys and values of one layer for one sequence, held by the backend. Only <see cref="IBackend.Attention"/> writes into it.
/// A windowed cache gives back what no later token can see.
/// </summary>
public abstract class KvCache : IDisposable
{
    public abstract KvCacheSpec Spec { get; }

    /// <summary>Tokens appended so far, forgotten ones included: the position of the next token.</summary>
    public abstract int Length { get; }

    /// <summary>Memory held, in bytes; what is shared with a fork counts once for each.</summary>
    public abstract long Bytes { get; }

    /// <summary>Bytes of one token's keys and values, of all heads.</summary>
    public virtual long TokenBytes => 2L * Spec.KvHeads * Spec.HeadDim * sizeof(float);

    /// <summary>
    /// The blocks, all of one size, that make up <see cref="Bytes"/>, by name: forks that share one give it the same name. Empty when the
    /// backend does not tell.
    /// </summary>
    public virtual ReadOnlySpan<nint> Blocks => [];

    /// <summary>
    /// The most memory, in bytes, that a cache of this kind comes to hold for a sequence of <paramref name="tokens"/> tokens that are
    /// appended at most <paramref name="step"/> at a time.
    /// </summary>
    public virtual long BytesFor(int tokens, int step)
    {
        var held = Spec.Window is { } window ? Math.Min(tokens, (long)window + step) : tokens;
        return held * TokenBytes;
    }

    /// <summary>The first position still held: 0, or more once a window has moved on.</summary>
    public abstract int Start { get; }

    /// <summary>The shortest length that <see cref="Fork"/> does not refuse.</summary>
    public int ShortestFork => Start > 0 && Spec.Window is { } window ? Start + window - 1 : 0;

    /// <summary>
    /// A cache with the first <paramref name="length"/> tokens of this one, sharing memory until either writes; null when a window
    /// has already forgotten what a token at that position would look at.
    /// </summary>
    public abstract KvCache? Fork(int length);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
