using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using MlxActors.Golden;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media.Audio;

public sealed class WavDecoderTests
{
    private const string Folder = "audio";

    private static readonly AudioLimits Limits = AudioLimits.Default with { MaxSeconds = 10 };

    [SkippableFact]
    public void Decode_DamagedFile_IsSamplesOrAnError()
    {
        var files = GoodFiles();
        var damage =
            from file in Gen.Elements(files)
            from edits in Edit(file.Length).ArrayOf()
            from length in Gen.Frequency((3, Gen.Constant(file.Length)), (1, Gen.Choose(0, file.Length)))
            select Damaged(file, edits, length);

        Prop.ForAll(damage.ToArbitrary(), EndsInSamplesOrError).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void Decode_AnyBytesAfterTheSignature_AreSamplesOrAnError()
    {
        var contents = ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => (byte[])[.. "RIFF\0\0\0\0WAVE"u8, .. bytes]);

        Prop.ForAll(contents.ToArbitrary(), EndsInSamplesOrError).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(3e38f)]
    public void Decode_SampleThatIsNoLevel_IsRefused(float sample)
    {
        var error = Assert.IsType<Result<AudioClip, MediaError>.Error>(WavDecoder.Decode(Floats(0.5f, sample, 0.25f), Limits));

        Assert.Contains("not a number, infinite or far out of scale", error.Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_LongerThanAllowed_IsTooLarge()
    {
        var file = Floats(new float[16_001]);

        var error = Assert.IsType<Result<AudioClip, MediaError>.Error>(WavDecoder.Decode(file, Limits with { MaxSeconds = 1 }));

        Assert.IsType<MediaError.TooLarge>(error.Reason);
    }

    /// <summary>Mono at 16 kHz.</summary>
    private static byte[] Floats(params float[] samples)
    {
        const int headers = 44;
        var file = new byte[headers + (samples.Length * sizeof(float))];
        "RIFF\0\0\0\0WAVEfmt "u8.CopyTo(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(20), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(24), 16_000);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(34), 32);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), samples.Length * sizeof(float));
        for (var i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(headers + (i * sizeof(float))), samples[i]);
        }
        return file;
    }

    private static byte[][] GoodFiles()
    {
        var folder = Goldens.PathOf(Folder);
        var names = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.wav") : [];
        Goldens.SkipWhenNone(names.FirstOrDefault(), Folder);
        return [.. names.Select(File.ReadAllBytes).Where(file => WavDecoder.Decode(file, Limits) is Result<AudioClip, MediaError>.Ok)];
    }

    /// <summary>Half of the edits hit the headers, which else would be lost among the samples.</summary>
    private static Gen<(int Position, byte Value)> Edit(int length) =>
        from position in Gen.OneOf(Gen.Choose(0, length - 1), Gen.Choose(0, Math.Min(length, 80) - 1))
        from value in Gen.Choose(0, byte.MaxValue)
        select (position, (byte)value);

    private static byte[] Damaged(byte[] file, (int Position, byte Value)[] edits, int length)
    {
        var damaged = file.ToArray();
        foreach (var (position, value) in edits)
        {
            damaged[position] = value;
        }
        return damaged[..length];
    }

    private static bool EndsInSamplesOrError(byte[] content) => WavDecoder.Decode(content, Limits).Match(
        clip => clip.Samples.Length > 0 && clip.Samples.Length <= content.Length && Array.TrueForAll(clip.Samples, float.IsFinite),
        error => error.Message.Length > 0);
}
