using System.Runtime.InteropServices;

namespace MlxActors.Native.Cpu.Caches;

/// <summary>
/// How a page holds <see cref="Tokens"/> tokens: head after head, keys before values. Keys are turned (<c>[D, Tokens]</c>), so that the
/// scores of all tokens are the lanes of a vector; values lie in groups of columns (<c>[D / Group, Tokens, Group]</c>, zeros behind the
/// last), so that a sum over the tokens reads them one behind the other.
/// </summary>
internal readonly record struct PageLayout(int KvHeads, int HeadDim, KvCacheType Type)
{
    public const int Tokens = 32;

    /// <summary>Columns of the head dimension that lie together; where numbers have scales, a token has one for each group.</summary>
    public const int Group = 32;

    public int Groups => (HeadDim + Group - 1) / Group;

    /// <summary>Bytes of a page.</summary>
    public long Bytes => (long)KvHeads * HeadBytes;

    /// <summary>Bytes that a token's keys and values take, without the zeros behind them.</summary>
    public long TokenBytes => 2L * KvHeads * (HeadDim * NumberBytes + ScaleCount / Tokens * sizeof(ushort));

    /// <summary>Numbers of a head's keys.</summary>
    public int KeyCount => Tokens * HeadDim;

    /// <summary>Numbers of a head's values, the zeros at the end included.</summary>
    public int ValueCount => Tokens * Groups * Group;

    private int NumberBytes => Type switch
    {
        KvCacheType.Float32 => sizeof(float),
        KvCacheType.BFloat16 => sizeof(ushort),
        KvCacheType.Int8 => sizeof(sbyte),
        _ => throw new ArgumentOutOfRangeException(nameof(Type), Type, "not a type of caches"),
    };

    /// <summary>Scales of a head's keys, and as many of its values.</summary>
    private int ScaleCount => Type == KvCacheType.Int8 ? Groups * Tokens : 0;

    private int HeadBytes => (KeyCount + ValueCount) * NumberBytes + 2 * ScaleCount * sizeof(ushort);

    public unsafe PageHead Head(byte* page, int head)
    {
        var keys = page + (long)head * HeadBytes;
        var values = keys + KeyCount * NumberBytes;
        var scales = (ushort*)(values + ValueCount * NumberBytes);
        return new PageHead { Keys = keys, Values = values, KeyScales = scales, ValueScales = scales + ScaleCount };
    }

    /// <summary>Zeroes a page: what is not yet written is read with a weight of zero, and must be a number.</summary>
    public unsafe void Clear(byte* page) => NativeMemory.Clear(page, (nuint)Bytes);

    /// <summary>Index of a number among the keys of a head.</summary>
    public static int KeyIndex(int slot, int d) => d * Tokens + slot;

    /// <summary>Index of a number among the values of a head.</summary>
    public static int ValueIndex(int slot, int d) => (d / Group * Tokens + slot) * Group + d % Group;

    /// <summary>Index of the scale of a number among those of the keys, or of the values.</summary>
    public static int ScaleIndex(int slot, int d) => d / Group * Tokens + slot;
}

/// <summary>The keys and values of one head in a page.</summary>
internal unsafe struct PageHead
{
    public byte* Keys;
    public byte* Values;

    /// <summary>BFloat16, <c>[D / Group, Tokens]</c>; there are none where numbers have no scales.</summary>
    public ushort* KeyScales;

    /// <inheritdoc cref="KeyScales"/>
    public ushort* ValueScales;

    /// <summary>What will be read next, if that is known.</summary>
    public byte* Next;
}
