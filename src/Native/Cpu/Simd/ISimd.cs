namespace MlxActors.Native.Cpu.Simd;

/// <summary>The vectors of one instruction set. Implementations are empty structs, so that the JIT makes one kernel for each.</summary>
/// <typeparam name="TFloats">The vector of floats.</typeparam>
internal unsafe interface ISimd<TFloats>
    where TFloats : struct
{
    /// <summary>Floats a vector.</summary>
    static abstract int Lanes { get; }

    static abstract TFloats Zero { get; }

    static abstract TFloats All(float value);

    static abstract TFloats Load(float* source);

    static abstract void Store(TFloats value, float* destination);

    static abstract TFloats Add(TFloats left, TFloats right);

    static abstract TFloats Multiply(TFloats left, TFloats right);

    /// <summary><c>left · right + addend</c>, rounded once.</summary>
    static abstract TFloats MultiplyAdd(TFloats left, TFloats right, TFloats addend);

    static abstract float Sum(TFloats value);
}
