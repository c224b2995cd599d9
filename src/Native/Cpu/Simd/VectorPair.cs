using System.Runtime.CompilerServices;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>Two vectors that lie one behind the other in memory.</summary>
internal static unsafe class VectorPair<TSimd, TFloats>
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TFloats low, TFloats high, float* target)
    {
        TSimd.Store(low, target);
        TSimd.Store(high, target + TSimd.Lanes);
    }
}
