using System.Runtime.InteropServices;

namespace MlxActors.Native.Cpu.Caches;

/// <summary>
/// How a page holds <see cref="Tokens"/> tokens: head after head, the keys turned (<c>[D, Tokens]</c>, so that the scores of all
/// tokens are the lanes of a vector), then the values (<c>[Tokens, D]</c>, each row padded to <see cref="ValueStride"/>).
/// </summary>
internal readonly record struct PageLayout(int KvHeads, int HeadDim)
{
    public const int Tokens = 32;

    private const int Padding = 16;

    /// <summary>Floats from one token's values to the next; the padding is zero.</summary>
    public int ValueStride => (HeadDim + Padding - 1) / Padding * Padding;

    public int HeadFloats => Tokens * (HeadDim + ValueStride);

    public long Floats => (long)KvHeads * HeadFloats;

    /// <summary>Where the keys of a head begin.</summary>
    public long Keys(int head) => (long)head * HeadFloats;

    /// <summary>Where the values of a head begin.</summary>
    public long Values(int head) => (long)head * HeadFloats + Tokens * HeadDim;

    /// <summary>Zeroes a page: what is not yet written is read with a weight of zero, and must be a number.</summary>
    public unsafe void Clear(float* page) => NativeMemory.Clear(page, (nuint)(Floats * sizeof(float)));
}
