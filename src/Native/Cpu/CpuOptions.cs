namespace MlxActors.Native.Cpu;

/// <summary>How the products with weights are computed.</summary>
public enum CpuMode
{
    /// <summary>Float32 arithmetic on dequantized weights.</summary>
    Exact,

    /// <summary>Activations in 8 bits a group, integer dot products with the packed weights.</summary>
    Fast,
}

/// <summary>The vector instructions a backend computes with.</summary>
public enum InstructionSet
{
    /// <summary>Plain loops: the reference that all others are held to.</summary>
    Scalar,

    /// <summary>Arm's 128-bit vectors, with the dot product extension where the processor has it.</summary>
    Neon,

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary><see cref="Avx2"/> with 8-bit dot products.</summary>
    AvxVnni,

    /// <summary>512-bit vectors with 8-bit dot products.</summary>
    Avx512,
}

/// <param name="Threads">Threads that compute, the calling one included.</param>
/// <param name="Limit">Exactly this instruction set; null takes the best of the machine.</param>
/// <param name="KvCache">How caches hold keys and values; null takes what the mode does.</param>
public sealed record CpuOptions(CpuMode Mode, int Threads, InstructionSet? Limit = null, KvCacheType? KvCache = null)
{
    /// <summary>How caches hold keys and values: in exact mode as they were computed.</summary>
    public KvCacheType KvCacheType => KvCache ?? (Mode == CpuMode.Exact ? KvCacheType.Float32 : KvCacheType.BFloat16);
}
