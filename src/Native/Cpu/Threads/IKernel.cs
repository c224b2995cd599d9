using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Threads;

/// <summary>
/// One operation with its operands: a value without references, so that it can lie on the caller's stack while all threads work on it.
/// Items are independent; which thread computes which does not show in the result.
/// </summary>
internal interface IKernel
{
    /// <summary>Computes items <c>[first, end)</c> by plain loops: the reference.</summary>
    /// <param name="worker">Index of the thread, for scratch memory.</param>
    void Scalar(int first, int end, int worker);

    /// <summary>The same by vectors.</summary>
    void Vector<TSimd, TFloats>(int first, int end, int worker)
        where TSimd : struct, ISimd<TFloats>
        where TFloats : struct;
}
