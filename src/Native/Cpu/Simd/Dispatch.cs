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
        _ => false,
    };

    /// <summary>The entry of a kernel for an instruction set that is available.</summary>
    public static delegate*<void*, int, int, int, void> Entry<TKernel>(InstructionSet set)
        where TKernel : unmanaged, IKernel => set switch
        {
            _ => &RunScalar<TKernel>,
        };

    private static void RunScalar<TKernel>(void* kernel, int first, int end, int worker)
        where TKernel : unmanaged, IKernel => ((TKernel*)kernel)->Scalar(first, end, worker);
}
