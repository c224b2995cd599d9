using MlxActors.Native.Cpu;

namespace MlxActors.Backend.Conformance;

/// <summary>Numbers as caches of a type hold them, by the formulas in double precision.</summary>
public static class Rounded
{
    /// <summary>Numbers of a head that have one scale.</summary>
    private const int Group = 32;

    public static float[] To(KvCacheType type, float[] values, int headDim) => type switch
    {
        KvCacheType.Float32 => values,
        KvCacheType.BFloat16 => [.. values.Select(ToBFloat16)],
        KvCacheType.Int8 => [.. values.Chunk(headDim).SelectMany(head => head.Chunk(Group)).SelectMany(ToInt8)],
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>How far a number may move, of a group whose largest magnitude is <paramref name="largest"/>.</summary>
    public static double Bound(KvCacheType type, double value, double largest) => type switch
    {
        KvCacheType.Float32 => 0,
        KvCacheType.BFloat16 => Math.Abs(value) / 256,
        // Half a step; the scale may have been rounded up by a part in 256.
        KvCacheType.Int8 => largest / 127 / 2 * (1 + 1 / 256.0),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>8 bits of precision, ties to even.</summary>
    public static float ToBFloat16(float value)
    {
        if (value == 0)
        {
            return value;
        }
        var step = Math.ScaleB(1, Math.ILogB(value) - 7);
        return (float)(Math.Round(value / step, MidpointRounding.ToEven) * step);
    }

    private static IEnumerable<float> ToInt8(float[] group)
    {
        var scale = ToBFloat16(group.Max(Math.Abs) / 127);
        return group.Select(value => scale == 0 ? 0 : (float)(Math.Round((double)value / scale) * scale));
    }
}
