using System.Collections.Immutable;
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
    ImmutableList<ReadOnlyMemory<byte>> Data,
    Orientation Orientation)
{
    private const int SignatureLength = 8;
    private const int LargestPalette = 256 * 3;

    public static Result<PngFile, MediaError> Read(ReadOnlyMemory<byte> content, ImageLimits limits) =>
        PngChunk.At(content, SignatureLength).Bind(first => first switch
        {
            { Type: not "IHDR" } => PngDecoder.Malformed("the first chunk is not IHDR"),
            { HasRightCrc: false } => WrongCrc(first),
            _ => PngHeader.Read(first.Body.Span, limits)
                .Map(header => new PngFile(header, Palette: default, Transparency: default, Data: [], Orientation.Upright))
                .Bind(file => file.ReadRest(content, SignatureLength + first.Length)),
        });

    private Result<PngFile, MediaError> ReadRest(ReadOnlyMemory<byte> content, int position)
    {
        var file = this;
        while (position < content.Length)
        {
            switch (PngChunk.At(content, position))
            {
                // As in the reference, a file may lack its end once the picture is there; a cut IDAT is no complete picture.
                case Result<PngChunk, MediaError>.Error when !file.Data.IsEmpty && !IsDataAt(content, position):
                    return file;

                case Result<PngChunk, MediaError>.Error(var reason):
                    return reason;

                case Result<PngChunk, MediaError>.Ok({ Type: "IEND" }):
                    return file;

                case Result<PngChunk, MediaError>.Ok(var chunk) when Check(chunk) is { } problem:
                    return problem;

                case Result<PngChunk, MediaError>.Ok(var chunk):
                    file = file.With(chunk);
                    position += chunk.Length;
                    break;
            }
        }
        return file;
    }

    private PngFile With(PngChunk chunk) => chunk.Type switch
    {
        "IDAT" => this with { Data = Data.Add(chunk.Body) },
        "PLTE" => this with { Palette = chunk.Body },
        "tRNS" => this with { Transparency = chunk.Body },
        "eXIf" => this with { Orientation = Exif.ReadOrientation(chunk.Body.Span) },
        _ => this,
    };

    /// <summary>What is wrong with a chunk. The checksum of IDAT is not looked at: inflating checks the zlib stream in it.</summary>
    private static MediaError.Malformed? Check(PngChunk chunk) => chunk switch
    {
        { Type: "IDAT" } => null,
        { Type: "PLTE", HasRightCrc: false } => WrongCrc(chunk),
        { Type: "PLTE", Body.Length: var length } => length is > 0 and <= LargestPalette && length % 3 == 0
            ? null
            : PngDecoder.Malformed($"PLTE holds {length} bytes, not 3 for each of 1 to 256 colours"),
        { Type: "IHDR" } => PngDecoder.Malformed("there are two IHDR chunks"),
        { IsAncillary: false } => PngDecoder.Malformed($"critical chunk '{chunk.Type}' is not known"),
        _ => null,
    };

    private static bool IsDataAt(ReadOnlyMemory<byte> content, int position) =>
        content.Span[position..] is [_, _, _, _, (byte)'I', (byte)'D', (byte)'A', (byte)'T', ..];

    private static MediaError.Malformed WrongCrc(PngChunk chunk) => PngDecoder.Malformed($"the checksum of {chunk.Type} is wrong");
}
