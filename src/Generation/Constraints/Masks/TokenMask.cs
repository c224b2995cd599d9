using System.Numerics;

namespace MlxActors.Generation.Constraints.Masks;

/// <summary>The tokens that may come next: a short list, or a bit for each token of the vocabulary, whichever is smaller.</summary>
public sealed class TokenMask
{
    private const int BitsPerWord = 64;

    /// <summary>A list is kept while it is no larger than the bits.</summary>
    private const int ListShare = 32;

    private readonly ulong[]? _bits;
    private readonly int[]? _list;
    private readonly int _vocabSize;

    /// <param name="bits">Copied.</param>
    internal TokenMask(ReadOnlySpan<ulong> bits, int vocabSize)
    {
        _vocabSize = vocabSize;
        foreach (var word in bits)
        {
            Count += BitOperations.PopCount(word);
        }
        if (Count > vocabSize / ListShare)
        {
            _bits = bits.ToArray();
            return;
        }
        _list = new int[Count];
        var found = 0;
        for (var word = 0; word < bits.Length; word++)
        {
            for (var rest = bits[word]; rest != 0; rest &= rest - 1)
            {
                _list[found++] = word * BitsPerWord + BitOperations.TrailingZeroCount(rest);
            }
        }
    }

    /// <summary>Number of tokens that may come.</summary>
    public int Count { get; }

    internal static int Words(int vocabSize) => (vocabSize + BitsPerWord - 1) / BitsPerWord;

    public bool Allows(int token) => _bits is { } bits
        ? token < _vocabSize && (bits[token / BitsPerWord] >> (token % BitsPerWord) & 1) != 0
        : Array.BinarySearch(_list!, token) >= 0;

    /// <summary>Sets the logits of all other tokens to minus infinity.</summary>
    public void Apply(Span<float> logits)
    {
        if (_list is { } list)
        {
            KeepOnly(list, logits);
            return;
        }
        logits[Math.Min(_vocabSize, logits.Length)..].Fill(float.NegativeInfinity);
        for (var word = 0; word < _bits!.Length; word++)
        {
            var start = word * BitsPerWord;
            for (var not = ~_bits[word]; not != 0; not &= not - 1)
            {
                var token = start + BitOperations.TrailingZeroCount(not);
                if (token >= logits.Length)
                {
                    return;
                }
                logits[token] = float.NegativeInfinity;
            }
        }
    }

    private static void KeepOnly(ReadOnlySpan<int> list, Span<float> logits)
    {
        var kept = list.Length <= 1024 ? stackalloc float[list.Length] : new float[list.Length];
        for (var i = 0; i < list.Length; i++)
        {
            kept[i] = logits[list[i]];
        }
        logits.Fill(float.NegativeInfinity);
        for (var i = 0; i < list.Length; i++)
        {
            logits[list[i]] = kept[i];
        }
    }
}
