using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Mlx;

/// <summary>The structs as mlx-c 0.6 declares them.</summary>
public sealed class MlxLayoutTests
{
    [Fact]
    public void Handles_AreOnePointer()
    {
        AssertPointer<MlxArray>();
        AssertPointer<MlxVectorArray>();
        AssertPointer<MlxStream>();
        AssertPointer<MlxString>();
        AssertPointer<MlxDevice>();
        AssertPointer<MlxDeviceInfo>();
    }

    [Fact]
    public void Optionals_AreAValueAndAByte()
    {
        AssertOptional<MlxOptionalInt>(new MlxOptionalInt(7), 7);
        AssertOptional<MlxOptionalFloat>(new MlxOptionalFloat(2), BitConverter.SingleToInt32Bits(2));
        AssertOptional<MlxOptionalDType>(new MlxOptionalDType(MlxDType.BFloat16), 12);
    }

    [Theory]
    [InlineData(DType.Bool, 0)]
    [InlineData(DType.UInt8, 1)]
    [InlineData(DType.UInt16, 2)]
    [InlineData(DType.UInt32, 3)]
    [InlineData(DType.UInt64, 4)]
    [InlineData(DType.Int8, 5)]
    [InlineData(DType.Int16, 6)]
    [InlineData(DType.Int32, 7)]
    [InlineData(DType.Int64, 8)]
    [InlineData(DType.Float16, 9)]
    [InlineData(DType.Float32, 10)]
    [InlineData(DType.Float64, 11)]
    [InlineData(DType.BFloat16, 12)]
    public void DType_HasTheNumberOfTheHeader(DType dtype, int number) => Assert.Equal(number, (int)dtype.ToMlx());

    private static void AssertPointer<T>()
        where T : unmanaged
    {
        Assert.Equal(nint.Size, Unsafe.SizeOf<T>());
        Assert.False(RuntimeHelpers.IsReferenceOrContainsReferences<T>());
    }

    private static void AssertOptional<T>(T optional, int value)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref optional, 1));
        Assert.Equal(8, bytes.Length);
        Assert.Equal(value, BitConverter.ToInt32(bytes));
        Assert.Equal(1, bytes[4]);
    }
}
