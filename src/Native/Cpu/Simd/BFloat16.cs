namespace MlxActors.Native.Cpu.Simd;

/// <summary>The upper half of a Float32.</summary>
internal static class BFloat16
{
    private const ushort NotANumber = 0x7FC0;

    public static float ToFloat32(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    /// <summary>To the nearest, ties to even; what is no number stays none.</summary>
    public static ushort FromFloat32(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? NotANumber : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
