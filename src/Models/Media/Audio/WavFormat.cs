using System.Buffers.Binary;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Audio;

/// <summary>How a sample is written.</summary>
internal enum WavEncoding
{
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
    ALaw,
    MuLaw,
}

/// <summary>The <c>fmt </c> chunk, checked. Its block align and byte rate follow from the rest, and are not looked at: many files lie.</summary>
internal sealed record WavFormat(WavEncoding Encoding, int Channels, int SampleRate)
{
    private const int PlainLength = 16;
    private const int ExtensibleLength = 40;
    private const int SubFormatAt = 24;
    private const int MostChannels = 64;
    private const uint LowestRate = 1_000;
    private const uint HighestRate = 768_000;
    private const ushort Pcm = 1;
    private const ushort Float = 3;
    private const ushort ALaw = 6;
    private const ushort MuLaw = 7;
    private const ushort Extensible = 0xFFFE;
    private const ushort None = 0;
    private const ushort Experimental = 0xFFFF;

    /// <summary>All of a sub-format's GUID but the tag that it begins with.</summary>
    private static ReadOnlySpan<byte> SubFormatTail => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    public int BytesPerSample => Encoding switch
    {
        WavEncoding.Unsigned8 or WavEncoding.ALaw or WavEncoding.MuLaw => 1,
        WavEncoding.Signed16 => 2,
        WavEncoding.Signed24 => 3,
        WavEncoding.Signed32 or WavEncoding.Float32 => 4,
        WavEncoding.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(Encoding), Encoding, "not an encoding"),
    };

    public int BytesPerFrame => BytesPerSample * Channels;

    public static Result<WavFormat, MediaError> Read(ReadOnlySpan<byte> body)
    {
        if (body.Length < PlainLength)
        {
            return WavDecoder.Malformed($"the fmt chunk holds {body.Length} bytes, at least {PlainLength} are needed");
        }
        var channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
        if (channels is 0 or > MostChannels)
        {
            return WavDecoder.Malformed($"{channels} channels, 1 to {MostChannels} are possible");
        }
        if (rate is < LowestRate or > HighestRate)
        {
            return WavDecoder.Malformed($"{rate} samples a second, {LowestRate} to {HighestRate} are possible");
        }
        return ReadTag(body, bits).Bind(tag => EncodingOf(tag, bits)).Map(encoding => new WavFormat(encoding, channels, (int)rate));
    }

    /// <summary>The format's tag, which the extensible form keeps in its sub-format.</summary>
    private static Result<ushort, MediaError> ReadTag(ReadOnlySpan<byte> body, ushort bits)
    {
        var tag = BinaryPrimitives.ReadUInt16LittleEndian(body);
        if (tag != Extensible)
        {
            return tag;
        }
        if (body.Length < ExtensibleLength)
        {
            return WavDecoder.Malformed($"the extensible fmt chunk holds {body.Length} bytes, {ExtensibleLength} are needed");
        }
        var validBits = BinaryPrimitives.ReadUInt16LittleEndian(body[18..]);
        var subFormat = body[SubFormatAt..ExtensibleLength];
        return (validBits <= bits, subFormat[sizeof(ushort)..].SequenceEqual(SubFormatTail)) switch
        {
            (false, _) => WavDecoder.Malformed($"{validBits} valid bits in samples of {bits}"),
            (_, false) => Unsupported($"sub-format {new Guid(subFormat)}"),
            _ => BinaryPrimitives.ReadUInt16LittleEndian(subFormat),
        };
    }

    private static Result<WavEncoding, MediaError> EncodingOf(ushort tag, ushort bits) => (tag, bits) switch
    {
        (Pcm, 8) => WavEncoding.Unsigned8,
        (Pcm, 16) => WavEncoding.Signed16,
        (Pcm, 24) => WavEncoding.Signed24,
        (Pcm, 32) => WavEncoding.Signed32,
        (Float, 32) => WavEncoding.Float32,
        (Float, 64) => WavEncoding.Float64,
        (ALaw, 8) => WavEncoding.ALaw,
        (MuLaw, 8) => WavEncoding.MuLaw,
        (Pcm or Float or ALaw or MuLaw, _) => WavDecoder.Malformed($"{bits} bits a sample, which format {tag} does not have here"),
        (None or Experimental, _) => WavDecoder.Malformed($"format {tag:X4} names no encoding"),
        _ => Unsupported($"format {tag:X4}"),
    };

    private static MediaError.UnsupportedVariant Unsupported(string found) =>
        new(MediaFormat.Wav, found, "PCM, float, A-law or mu-law");
}
