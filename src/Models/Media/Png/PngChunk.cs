using System.Buffers.Binary;
using System.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Png;

/// <summary>One chunk as it stands in the file; nothing is copied.</summary>
/// <param name="Type">Its four letters.</param>
/// <param name="Whole">Type, body and checksum.</param>
internal sealed record PngChunk(string Type, ReadOnlyMemory<byte> Whole)
{
    private const int TypeLength = 4;
    private const int CrcLength = 4;

    private const int Overhead = sizeof(uint) + TypeLength + CrcLength;

    /// <summary>Bytes that the chunk takes in the file.</summary>
    public int Length => sizeof(uint) + Whole.Length;

    public ReadOnlyMemory<byte> Body => Whole[TypeLength..^CrcLength];

    /// <summary>The case of the first letter says it. Without knowing a critical chunk a decoder cannot show the picture.</summary>
    public bool IsAncillary => Type[0] is >= 'a' and <= 'z';

    public bool HasRightCrc => Crc32.Of(Whole.Span[..^CrcLength]) == BinaryPrimitives.ReadUInt32BigEndian(Whole.Span[^CrcLength..]);

    /// <summary>The chunk at this place of the file.</summary>
    public static Result<PngChunk, MediaError> At(ReadOnlyMemory<byte> content, int position)
    {
        var rest = content[position..];
        if (rest.Length < Overhead)
        {
            return PngDecoder.Malformed($"the file ends at byte {content.Length}, within a chunk that begins at byte {position}");
        }
        var length = BinaryPrimitives.ReadUInt32BigEndian(rest.Span);
        var type = Encoding.Latin1.GetString(rest.Span.Slice(sizeof(uint), TypeLength));
        return length <= rest.Length - Overhead
            ? new PngChunk(type, rest.Slice(sizeof(uint), (int)length + TypeLength + CrcLength))
            : PngDecoder.Malformed($"the chunk at byte {position} claims {length} bytes, {rest.Length - Overhead} are left");
    }
}
