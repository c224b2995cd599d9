using System.Buffers.Binary;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Audio;

/// <summary>The chunks of a WAV file that make its sound. Nothing is believed of their lengths that the file does not hold.</summary>
/// <param name="Data">Whole frames only.</param>
internal sealed record WavFile(WavFormat Format, ReadOnlyMemory<byte> Data)
{
    private const int RiffHeader = 12;
    private const int ChunkHeader = 8;

    /// <summary>What a writer leaves that could not go back to fill in the length; in RF64 it says that ds64 holds it.</summary>
    private const uint Unknown = uint.MaxValue;

    public static Result<WavFile, MediaError> Read(ReadOnlyMemory<byte> content)
    {
        WavFormat? format = null;
        for (var rest = content[Math.Min(RiffHeader, content.Length)..]; rest.Length >= ChunkHeader;)
        {
            var name = rest.Span[..4];
            var claimed = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[4..]);
            var body = rest[ChunkHeader..];
            if (name.SequenceEqual("data"u8))
            {
                return format is null
                    ? WavDecoder.Malformed("the data chunk stands before any fmt chunk")
                    : new WavFile(format, WholeFrames(body[..LengthOfData(content.Span, claimed, body.Length)], format));
            }
            if (claimed > body.Length)
            {
                return WavDecoder.Malformed($"chunk '{Describe(name)}' claims {claimed} bytes, {body.Length} are left");
            }
            if (format is null && name.SequenceEqual("fmt "u8))
            {
                switch (WavFormat.Read(body.Span[..(int)claimed]))
                {
                    case Result<WavFormat, MediaError>.Ok(var read):
                        format = read;
                        break;
                    case Result<WavFormat, MediaError>.Error(var reason):
                        return reason;
                }
            }
            var padded = claimed + (claimed & 1);
            rest = body[(int)Math.Min(padded, body.Length)..];
        }
        return WavDecoder.Malformed($"there is no {(format is null ? "fmt" : "data")} chunk");
    }

    /// <summary>
    /// A length beyond the file's end means all that is there. So does 0, when the file's own length was left at 0 too: a recorder that did
    /// not come to its end.
    /// </summary>
    private static int LengthOfData(ReadOnlySpan<byte> content, uint claimed, int left)
    {
        var isUnfinished = claimed == 0 && BinaryPrimitives.ReadUInt32LittleEndian(content[4..]) == 0;
        var length = claimed == Unknown ? LargeLength(content) ?? (ulong)left : claimed;
        return isUnfinished ? left : (int)Math.Min(length, (ulong)left);
    }

    /// <summary>The data chunk's length by the ds64 chunk, which stands first in RF64.</summary>
    private static ulong? LargeLength(ReadOnlySpan<byte> content)
    {
        const int dataLengthAt = RiffHeader + ChunkHeader + sizeof(ulong);
        return content.Length >= dataLengthAt + sizeof(ulong) && content[RiffHeader..].StartsWith("ds64"u8)
            ? BinaryPrimitives.ReadUInt64LittleEndian(content[dataLengthAt..])
            : null;
    }

    private static ReadOnlyMemory<byte> WholeFrames(ReadOnlyMemory<byte> data, WavFormat format) =>
        data[..(data.Length - (data.Length % format.BytesPerFrame))];

    private static string Describe(ReadOnlySpan<byte> name) =>
        string.Concat(name.ToArray().Select(letter => char.IsAsciiLetterOrDigit((char)letter) ? (char)letter : '?'));
}
