using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Simd;

/// <summary>The one place where an instruction set chooses the code that runs.</summary>
internal static unsafe class Dispatch
{
    /// <summary>The widest instruction set of this machine.</summary>
    public static InstructionSet Best => Enum.GetValues<InstructionSet>().Last(IsAvailable);

    public static bool IsAvailable(InstructionSet set) => set switch
    {
        InstructionSet.Scalar => true,
        InstructionSet.Neon => AdvSimd.Arm64.IsSupported,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        InstructionSet.AvxVnni => IsAvailable(InstructionSet.Avx2) && AvxVnni.IsSupported,
        InstructionSet.Avx512 => IsAvailable(InstructionSet.Avx2) && Avx512BW.IsSupported,
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, "not an instruction set"),
    };

    /// <summary>The entry of a kernel for an instruction set that is available.</summary>
    public static delegate*<void*, int, int, int, void> Entry<TKernel>(InstructionSet set)
        where TKernel : unmanaged, IKernel => set switch
        {
            InstructionSet.Scalar => &RunScalar<TKernel>,
            InstructionSet.Neon => &RunVector<TKernel, Simd128<ArmDots>, Vector128<float>>,
            InstructionSet.Avx2 => &RunVector<TKernel, Simd256<PairDots>, Vector256<float>>,
            InstructionSet.AvxVnni => &RunVector<TKernel, Simd256<VnniDots>, Vector256<float>>,
            InstructionSet.Avx512 when AvxVnni.IsSupported => &RunVector<TKernel, Simd512<VnniDots>, Vector512<float>>,
            InstructionSet.Avx512 => &RunVector<TKernel, Simd512<PairDots>, Vector512<float>>,
            _ => throw new ArgumentOutOfRangeException(nameof(set), set, "not an instruction set"),
        };

    private static void RunScalar<TKernel>(void* kernel, int first, int end, int worker)
        where TKernel : unmanaged, IKernel => ((TKernel*)kernel)->Scalar(first, end, worker);

    private static void RunVector<TKernel, TSimd, TFloats>(void* kernel, int first, int end, int worker)
        where TKernel : unmanaged, IKernel
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct => ((TKernel*)kernel)->Vector<TSimd, TFloats>(first, end, worker);
}
