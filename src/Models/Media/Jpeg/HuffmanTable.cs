using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Jpeg;

/// <summary>A prefix code of up to 16 bits: short codes by one look-up, long ones by comparing with the last code of each length.</summary>
internal sealed class HuffmanTable
{
    public const int Tables = 4;
    public const int LongestCode = 16;
    private const int LookupBits = 9;

    private readonly byte[] _symbols;

    /// <summary>By the next bits: code length in the high byte, symbol in the low one; 0 where the code is longer.</summary>
    private readonly ushort[] _lookup = new ushort[1 << LookupBits];

    /// <summary>By length: one past the last code, left-aligned in 16 bits.</summary>
    private readonly int[] _limits = new int[LongestCode + 1];

    /// <summary>By length: what to add to a code for the index of its symbol.</summary>
    private readonly int[] _offsets = new int[LongestCode + 1];

    private HuffmanTable(byte[] symbols) => _symbols = symbols;

    /// <summary>Reads a DHT segment's tables into their places.</summary>
    public static MediaError? Read(ReadOnlySpan<byte> body, HuffmanTable?[] dc, HuffmanTable?[] ac)
    {
        while (body.Length > 0)
        {
            if (body.Length < 1 + LongestCode)
            {
                return JpegDecoder.Malformed($"DHT ends with {body.Length} bytes, a table takes at least {1 + LongestCode}");
            }
            var (kind, index) = (body[0] >> 4, body[0] & 15);
            if (kind > 1 || index >= Tables)
            {
                return JpegDecoder.Malformed($"DHT defines table {index} of class {kind}; tables are 0 to 3, classes 0 and 1");
            }
            var counts = body.Slice(1, LongestCode);
            var count = 0;
            foreach (var codes in counts)
            {
                count += codes;
            }
            if (count > 256 || body.Length < 1 + LongestCode + count)
            {
                return JpegDecoder.Malformed($"DHT claims {count} symbols: {body.Length - 1 - LongestCode} bytes are left, 256 the most");
            }
            var symbols = body.Slice(1 + LongestCode, count);
            if (kind == 0 && symbols.IndexOfAnyExceptInRange((byte)0, (byte)15) >= 0)
            {
                return JpegDecoder.Malformed("DHT gives DC differences of more than 15 bits");
            }
            switch (Build(counts, symbols))
            {
                case Result<HuffmanTable, MediaError>.Error(var reason):
                    return reason;
                case Result<HuffmanTable, MediaError>.Ok(var table):
                    (kind == 0 ? dc : ac)[index] = table;
                    break;
            }
            body = body[(1 + LongestCode + count)..];
        }
        return null;
    }

    /// <summary>The symbol that these 16 bits begin with and the length of its code; length 0 when no code fits.</summary>
    public (int Symbol, int Length) Find(int ahead)
    {
        var entry = _lookup[ahead >> (LongestCode - LookupBits)];
        if (entry != 0)
        {
            return (entry & 0xFF, entry >> 8);
        }
        for (var length = LookupBits + 1; length <= LongestCode; length++)
        {
            if (ahead < _limits[length])
            {
                return (_symbols[(ahead >> (LongestCode - length)) + _offsets[length]], length);
            }
        }
        return (0, 0);
    }

    private static Result<HuffmanTable, MediaError> Build(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        var table = new HuffmanTable(symbols.ToArray());
        var (code, index) = (0, 0);
        for (var length = 1; length <= LongestCode; length++, code <<= 1)
        {
            table._offsets[length] = index - code;
            for (var i = 0; i < counts[length - 1]; i++, code++, index++)
            {
                if (code >= 1 << length)
                {
                    return JpegDecoder.Malformed($"DHT has more codes of {length} bits than there are");
                }
                if (length <= LookupBits)
                {
                    var free = LookupBits - length;
                    table._lookup.AsSpan(code << free, 1 << free).Fill((ushort)((length << 8) | symbols[index]));
                }
            }
            table._limits[length] = code << (LongestCode - length);
        }
        return table;
    }
}
