using System.Runtime.InteropServices;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Mlx.Interop;

/// <summary>A reference to an array, or to the node of a graph that will make one; 0 where the header says "may be null".</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MlxArray(nint Context);

[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MlxVectorArray(nint Context);

[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MlxStream(nint Context);

[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MlxString(nint Context);

[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MlxDevice(nint Context);

[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MlxDeviceInfo(nint Context);

/// <summary>A number that may be absent; C's bool is one byte.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct MlxOptionalInt(int value)
{
    public readonly int Value = value;
    public readonly byte HasValue = 1;
}

/// <inheritdoc cref="MlxOptionalInt"/>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct MlxOptionalFloat(float value)
{
    public readonly float Value = value;
    public readonly byte HasValue = 1;
}

/// <inheritdoc cref="MlxOptionalInt"/>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct MlxOptionalDType(MlxDType value)
{
    public readonly MlxDType Value = value;
    public readonly byte HasValue = 1;
}

internal enum MlxDeviceType
{
    Cpu,
    Gpu,
}

/// <summary>Element types in the order of the header.</summary>
internal enum MlxDType
{
    Bool,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Int8,
    Int16,
    Int32,
    Int64,
    Float16,
    Float32,
    Float64,
    BFloat16,
    Complex64,
}

internal static class MlxDTypes
{
    public static MlxDType ToMlx(this DType dtype) => dtype switch
    {
        DType.Bool => MlxDType.Bool,
        DType.UInt8 => MlxDType.UInt8,
        DType.Int8 => MlxDType.Int8,
        DType.UInt16 => MlxDType.UInt16,
        DType.Int16 => MlxDType.Int16,
        DType.UInt32 => MlxDType.UInt32,
        DType.Int32 => MlxDType.Int32,
        DType.UInt64 => MlxDType.UInt64,
        DType.Int64 => MlxDType.Int64,
        DType.Float16 => MlxDType.Float16,
        DType.BFloat16 => MlxDType.BFloat16,
        DType.Float32 => MlxDType.Float32,
        DType.Float64 => MlxDType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "not a data type"),
    };
}
