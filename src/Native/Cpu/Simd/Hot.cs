using System.Runtime.CompilerServices;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>How the JIT is to treat kernels.</summary>
internal static class Hot
{
    /// <summary>
    /// A loop that is compiled with all optimizations at once: code replaced while its loop runs, as tiered compilation would do it, keeps
    /// fewer values in registers, and the first prompt would meet code that calls a function for each vector instruction.
    /// </summary>
    public const MethodImplOptions Loop = MethodImplOptions.AggressiveOptimization;
}
