namespace MlxActors.Models.Media.Audio;

/// <summary>The logarithmic bytes of telephony (ITU-T G.711), widened to the scale of 16-bit samples.</summary>
internal static class Companding
{
    private const int Mantissa = 0x0F;
    private const int Sign = 0x80;

    /// <summary>A-law: every other bit is inverted; a set sign means positive.</summary>
    public static int ALaw(byte code)
    {
        var bits = code ^ 0x55;
        var exponent = (bits >> 4) & 7;
        var magnitude = ((bits & Mantissa) << 4) + 8;
        var level = exponent == 0 ? magnitude : (magnitude + 0x100) << (exponent - 1);
        return (bits & Sign) != 0 ? level : -level;
    }

    /// <summary>Mu-law: all bits are inverted; a set sign means negative; a bias of 132 makes the segments meet.</summary>
    public static int MuLaw(byte code)
    {
        const int bias = 0x84;
        var bits = ~code;
        var level = ((((bits & Mantissa) << 3) + bias) << ((bits >> 4) & 7)) - bias;
        return (bits & Sign) != 0 ? -level : level;
    }
}
