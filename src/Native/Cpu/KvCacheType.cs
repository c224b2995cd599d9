namespace MlxActors.Native.Cpu;

/// <summary>How caches hold keys and values. Attention computes in Float32 whatever they hold.</summary>
public enum KvCacheType
{
    /// <summary>As they were computed.</summary>
    Float32,

    /// <summary>Rounded to 8 bits of precision: half the memory.</summary>
    BFloat16,

    /// <summary>
    /// Rounded to 127 steps of each sign, with a scale for 32 numbers of a head: 8.5 bits a number. The scale is a BFloat16, so that the
    /// product of both is exact in Float32.
    /// </summary>
    Int8,
}
