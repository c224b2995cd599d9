using System.Collections.Immutable;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Jpeg;

/// <summary>A component within a scan: its tables and the running DC value.</summary>
internal sealed class ScanComponent(JpegComponent component, HuffmanTable? dc, HuffmanTable? ac)
{
    public JpegComponent Component => component;

    /// <summary>Present whenever the scan codes DC values.</summary>
    public HuffmanTable Dc => dc ?? throw new InvalidOperationException("the scan codes no DC values");

    /// <summary>Present whenever the scan codes AC coefficients.</summary>
    public HuffmanTable Ac => ac ?? throw new InvalidOperationException("the scan codes no AC coefficients");

    /// <summary>The last DC value, from which the next differs by what is coded.</summary>
    public int Predictor { get; set; }
}

/// <summary>A scan header, checked against its frame.</summary>
/// <param name="First">First coefficient of the band, in zigzag order.</param>
/// <param name="Last">Last coefficient of the band.</param>
/// <param name="High">Bit position of the scan before over this band; 0 for the first.</param>
/// <param name="Low">Bit position that this scan reaches.</param>
internal sealed record JpegScan(ImmutableArray<ScanComponent> Components, int First, int Last, int High, int Low)
{
    private const int MostBlocksOfAnMcu = 10;

    public bool IsRefinement => High > 0;

    public static Result<JpegScan, MediaError> Read(
        ReadOnlySpan<byte> body, JpegFrame frame, HuffmanTable?[] dcTables, HuffmanTable?[] acTables)
    {
        if (body.Length < 1 || body[0] is < 1 or > 4 || body.Length != 4 + (2 * body[0]))
        {
            return JpegDecoder.Malformed($"the scan header has {body.Length} bytes, not 4 and 2 for each of 1 to 4 components");
        }
        var (first, last, high, low) = (body[^3], body[^2], body[^1] >> 4, body[^1] & 15);
        if (!IsLegalBand(frame.Progressive, body[0], first, last, high, low))
        {
            return JpegDecoder.Malformed($"a scan of {body[0]} components may not code coefficients {first}-{last}, bits {high}-{low}");
        }
        var (needsDc, needsAc) = frame.Progressive ? (first == 0 && high == 0, last > 0) : (true, true);
        var components = ImmutableArray.CreateBuilder<ScanComponent>(body[0]);
        for (var entry = body[1..^3]; entry.Length > 0; entry = entry[2..])
        {
            var (id, dc, ac) = (entry[0], entry[1] >> 4, entry[1] & 15);
            var component = frame.Components.FirstOrDefault(component => component.Layout.Id == id);
            if (component is null || components.Any(other => other.Component == component))
            {
                return JpegDecoder.Malformed($"the scan names component {id}, which the frame does not have or the scan has twice");
            }
            if ((needsDc && !IsDefined(dcTables, dc)) || (needsAc && !IsDefined(acTables, ac)))
            {
                return JpegDecoder.Malformed($"the scan names Huffman tables {dc} (DC) and {ac} (AC), which no DHT defines");
            }
            components.Add(new ScanComponent(component, needsDc ? dcTables[dc] : null, needsAc ? acTables[ac] : null));
        }
        var blocks = components.Sum(component => component.Component.Layout.Horizontal * component.Component.Layout.Vertical);
        return components.Count > 1 && blocks > MostBlocksOfAnMcu
            ? JpegDecoder.Malformed($"{blocks} blocks an MCU, {MostBlocksOfAnMcu} are the most")
            : new JpegScan(components.ToImmutable(), first, last, high, low);
    }

    /// <summary>A sequential scan codes all coefficients, whatever band its header names: other decoders do not mind either.</summary>
    private static bool IsLegalBand(bool progressive, int components, int first, int last, int high, int low) =>
        first <= last && last < JpegComponent.BlockLength
        && (!progressive
            || ((first == 0 ? last == 0 : components == 1) && low <= 13 && (high == 0 || low == high - 1)));

    private static bool IsDefined(HuffmanTable?[] tables, int index) => index < tables.Length && tables[index] is not null;
}
