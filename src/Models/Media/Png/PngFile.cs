using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Png;

/// <summary>The chunks that make the picture, still compressed. Texts, profiles and the rest are passed over unread.</summary>
/// <param name="Palette">RGB triples; empty in pictures without one.</param>
/// <param name="Transparency">The body of tRNS; empty in pictures without one.</param>
/// <param name="Data">Bodies of the IDAT chunks in order: one zlib stream.</param>
internal sealed record PngFile(
    PngHeader Header,
    ReadOnlyMemory<byte> Palette,
    ReadOnlyMemory<byte> Transparency,
    IReadOnlyList<ReadOnlyMemory<byte>> Data,
    Orientation Orientation)
{
    private const int SignatureLength = 8;

    public static Result<PngFile, MediaError> Read(ReadOnlyMemory<byte> content, ImageLimits limits) =>
        PngChunk.At(content, SignatureLength).Bind(first => first switch
        {
            { Type: not "IHDR" } => PngDecoder.Malformed("the first chunk is not IHDR"),
            { HasRightCrc: false } => WrongCrc("IHDR"),
            _ => PngHeader.Read(first.Body.Span, limits)
                .Bind(header => ReadBody(content, SignatureLength + first.Body.Length + PngChunk.Overhead, header)),
        });

    private static Result<PngFile, MediaError> ReadBody(ReadOnlyMemory<byte> content, int position, PngHeader header)
    {
        var data = new List<ReadOnlyMemory<byte>>();
        var (palette, transparency) = (ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty);
        var orientation = Orientation.Upright;
        while (position < content.Length)
        {
            switch (PngChunk.At(content, position))
            {
                // As in the reference, a file may lack its end once the picture is there; a cut IDAT is no complete picture.
                case Result<PngChunk, MediaError>.Error when data.Count > 0 && !IsDataAt(content, position):
                    return new PngFile(header, palette, transparency, data, orientation);

                case Result<PngChunk, MediaError>.Error(var reason):
                    return reason;

                case Result<PngChunk, MediaError>.Ok(var chunk):
                    position += chunk.Body.Length + PngChunk.Overhead;
                    switch (chunk.Type)
                    {
                        case "IDAT": // Its checksum is not looked at: the zlib stream inside is checked by inflating it.
                            data.Add(chunk.Body);
                            break;

                        case "IEND":
                            return new PngFile(header, palette, transparency, data, orientation);

                        case "PLTE" when !chunk.HasRightCrc:
                            return WrongCrc("PLTE");

                        case "PLTE" when chunk.Body.Length is 0 or > 768 || chunk.Body.Length % 3 != 0:
                            return PngDecoder.Malformed($"PLTE holds {chunk.Body.Length} bytes, not 1 to 256 times 3");

                        case "PLTE":
                            palette = chunk.Body;
                            break;

                        case "tRNS":
                            transparency = chunk.Body;
                            break;

                        case "eXIf":
                            orientation = Exif.ReadOrientation(chunk.Body.Span);
                            break;

                        case var type when !chunk.IsAncillary:
                            return PngDecoder.Malformed($"critical chunk '{type}' is not known, or stands twice");
                    }
                    break;
            }
        }
        return new PngFile(header, palette, transparency, data, orientation);
    }

    private static bool IsDataAt(ReadOnlyMemory<byte> content, int position) =>
        content.Span[position..] is [_, _, _, _, (byte)'I', (byte)'D', (byte)'A', (byte)'T', ..];

    private static MediaError.Malformed WrongCrc(string type) => PngDecoder.Malformed($"the checksum of {type} is wrong");
}
