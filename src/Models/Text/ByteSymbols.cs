using System.Globalization;

namespace MlxActors.Models.Text;

/// <summary>The two ways in which vocabularies spell the 256 bytes.</summary>
internal static class ByteSymbols
{
    /// <summary>
    /// GPT-2's printable character for each byte: itself where it is visible in Latin-1, the next free from U+0100 on otherwise.
    /// </summary>
    private static readonly char[] Printable = MakePrintable();

    private static readonly short[] ByteOfPrintable = Invert(Printable);

    /// <summary>The byte that a printable character stands for; -1 when it stands for none.</summary>
    public static int ByteOf(char printable) => printable < ByteOfPrintable.Length ? ByteOfPrintable[printable] : -1;

    /// <summary>The ids of the bytes in their printable spelling.</summary>
    public static int[] PrintableIds(Vocabulary vocabulary, string place) =>
        Ids(vocabulary, value => Printable[value].ToString(), place);

    /// <summary>The ids of <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
    public static int[] FallbackIds(Vocabulary vocabulary, string place) =>
        Ids(vocabulary, value => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), place);

    /// <summary>Whether a token is <c>&lt;0xNN&gt;</c>.</summary>
    public static bool IsFallback(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static int[] Ids(Vocabulary vocabulary, Func<int, string> spell, string place) =>
    [
        .. Enumerable.Range(0, 256).Select(value => vocabulary.TryGetId(spell(value), out var id)
            ? id
            : throw new TokenizerFormatException($"{place}: expected a token \"{spell(value)}\" for the byte {value}, found none")),
    ];

    private static char[] MakePrintable()
    {
        var spare = '\u0100';
        return [.. Enumerable.Range(0, 256).Select(value => IsVisible(value) ? (char)value : spare++)];

        static bool IsVisible(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
    }

    private static short[] Invert(char[] printable)
    {
        var bytes = new short[printable.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < printable.Length; value++)
        {
            bytes[printable[value]] = (short)value;
        }
        return bytes;
    }
}
