using System.Buffers.Binary;
using System.Collections.Immutable;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Jpeg;

/// <summary>A frame header, checked, and memory for its components.</summary>
/// <param name="McusWide">Minimum coded units a row: one holds each component's sampling factors in blocks.</param>
internal sealed record JpegFrame(
    PixelSize Size,
    bool Progressive,
    int McusWide,
    int McusHigh,
    ImmutableArray<JpegComponent> Components)
{
    private const int HeadLength = 6;
    private const int ComponentLength = 3;

    public int HorizontalMost => Components.Max(component => component.Layout.Horizontal);

    public int VerticalMost => Components.Max(component => component.Layout.Vertical);

    /// <param name="body">The SOF segment.</param>
    /// <param name="progressive">Which of the two Huffman processes it announces.</param>
    /// <param name="contentLength">Bytes of the whole file: a bound of what it can hold.</param>
    /// <param name="limits">Of the picture's size.</param>
    public static Result<JpegFrame, MediaError> Read(ReadOnlySpan<byte> body, bool progressive, int contentLength, ImageLimits limits)
    {
        if (body.Length < HeadLength || body.Length != HeadLength + (ComponentLength * body[5]))
        {
            return JpegDecoder.Malformed($"the frame header has {body.Length} bytes, not 6 and 3 for each component");
        }
        if (body[0] != 8)
        {
            return new MediaError.UnsupportedVariant(MediaFormat.Jpeg, $"{body[0]} bits a sample", "8");
        }
        if (body[5] is not (1 or 3 or 4))
        {
            return new MediaError.UnsupportedVariant(MediaFormat.Jpeg, $"{body[5]} colour components", "1, 3 or 4");
        }
        var layouts = ReadComponents(body[HeadLength..]);
        var (width, height) = (BinaryPrimitives.ReadUInt16BigEndian(body[3..]), BinaryPrimitives.ReadUInt16BigEndian(body[1..]));
        return Validate(layouts) is { } error
            ? error
            : limits.Check(MediaFormat.Jpeg, width, height).Bind(size => Create(size, progressive, layouts, contentLength));
    }

    private static ImmutableArray<ComponentLayout> ReadComponents(ReadOnlySpan<byte> body)
    {
        var layouts = ImmutableArray.CreateBuilder<ComponentLayout>();
        for (; body.Length > 0; body = body[ComponentLength..])
        {
            layouts.Add(new ComponentLayout(body[0], body[1] >> 4, body[1] & 15, body[2]));
        }
        return layouts.ToImmutable();
    }

    private static MediaError? Validate(ImmutableArray<ComponentLayout> layouts)
    {
        if (layouts.FirstOrDefault(layout => layout.Horizontal is < 1 or > 4 || layout.Vertical is < 1 or > 4) is { } wrong)
        {
            return JpegDecoder.Malformed($"sampling factors {wrong.Horizontal} x {wrong.Vertical} are not within 1 to 4");
        }
        if (layouts.FirstOrDefault(layout => layout.TableIndex >= QuantizationTable.Tables) is { } outside)
        {
            return JpegDecoder.Malformed($"component {outside.Id} names quantization table {outside.TableIndex}; tables are 0 to 3");
        }
        if (layouts.DistinctBy(layout => layout.Id).Count() != layouts.Length)
        {
            return JpegDecoder.Malformed("two components have the same id");
        }
        var (across, down) = (layouts.Max(layout => layout.Horizontal), layouts.Max(layout => layout.Vertical));
        return layouts.All(layout => across % layout.Horizontal == 0 && down % layout.Vertical == 0)
            ? null
            : new MediaError.UnsupportedVariant(MediaFormat.Jpeg, "sampling factors that do not divide each other", "whole ratios");
    }

    private static Result<JpegFrame, MediaError> Create(
        PixelSize size, bool progressive, ImmutableArray<ComponentLayout> layouts, int contentLength)
    {
        var (across, down) = (layouts.Max(layout => layout.Horizontal), layouts.Max(layout => layout.Vertical));
        var mcusWide = CeilingOf(size.Width, JpegComponent.BlockSide * across);
        var mcusHigh = CeilingOf(size.Height, JpegComponent.BlockSide * down);

        // A block takes at least a bit, so that a short file cannot ask for the memory of a large picture.
        var fewestBlocks = layouts.Min(layout => (long)mcusWide * mcusHigh * layout.Horizontal * layout.Vertical);
        if (fewestBlocks > contentLength * 8L)
        {
            return JpegDecoder.Malformed($"{contentLength} bytes cannot hold {size.Width} x {size.Height} pixels");
        }
        var components = layouts.Select(layout => new JpegComponent(
            layout,
            CeilingOf(size.Width * layout.Horizontal, across),
            CeilingOf(size.Height * layout.Vertical, down),
            mcusWide * layout.Horizontal,
            mcusHigh * layout.Vertical,
            progressive));
        return new JpegFrame(size, progressive, mcusWide, mcusHigh, [.. components]);
    }

    private static int CeilingOf(int value, int divisor) => (value + divisor - 1) / divisor;
}
