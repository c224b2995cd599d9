namespace MlxActors.Models.Media.Jpeg;

/// <summary>The second byte of a marker (T.81, table B.1).</summary>
internal static class JpegMarker
{
    public const byte Tem = 0x01;
    public const byte Baseline = 0xC0;
    public const byte ExtendedSequential = 0xC1;
    public const byte Progressive = 0xC2;
    public const byte HuffmanTables = 0xC4;
    public const byte JpegExtension = 0xC8;
    public const byte ArithmeticSequential = 0xC9;
    public const byte ArithmeticProgressive = 0xCA;
    public const byte ArithmeticConditioning = 0xCC;
    public const byte LastFrame = 0xCF;
    public const byte Restart0 = 0xD0;
    public const byte Restart7 = 0xD7;
    public const byte StartOfImage = 0xD8;
    public const byte EndOfImage = 0xD9;
    public const byte StartOfScan = 0xDA;
    public const byte QuantizationTables = 0xDB;
    public const byte RestartInterval = 0xDD;
    public const byte App0 = 0xE0;
    public const byte App1 = 0xE1;
    public const byte App14 = 0xEE;

    /// <summary>Markers without a length and a body.</summary>
    public static bool StandsAlone(byte marker) => marker is Tem or (>= Restart0 and <= StartOfImage);
}
