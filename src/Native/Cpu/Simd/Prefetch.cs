using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MlxActors.Native.Cpu.Simd;

internal static unsafe class Prefetch
{
    /// <summary>Asks for a cache line, where the processor can be asked; an address that is none does no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
