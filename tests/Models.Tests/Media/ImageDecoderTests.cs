using FsCheck;
using FsCheck.Fluent;
using MlxActors.Golden;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media;

public sealed class ImageDecoderTests
{
    private const string Folder = "images/decode";

    /// <summary>Low, so that a damaged header costs little.</summary>
    private static readonly ImageLimits Limits = new(MaxPixels: 1_000_000, MaxScanPixels: 20_000_000);

    [SkippableTheory]
    [InlineData("*.png")]
    [InlineData("*.jpg")]
    public void Decode_DamagedFile_IsAPictureOrAnError(string pattern)
    {
        var files = GoodFiles(pattern);
        var damage =
            from file in Gen.Elements(files)
            from edits in Edit(file.Length).ArrayOf()
            from length in Gen.Frequency((3, Gen.Constant(file.Length)), (1, Gen.Choose(0, file.Length)))
            select Damaged(file, edits, length);

        Prop.ForAll(damage.ToArbitrary(), EndsInPictureOrError).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Theory]
    [InlineData(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A })]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF })]
    public void Decode_AnyBytesAfterTheSignature_AreAPictureOrAnError(byte[] signature)
    {
        var contents = ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => (byte[])[.. signature, .. bytes]);

        Prop.ForAll(contents.ToArbitrary(), EndsInPictureOrError).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [SkippableTheory]
    [InlineData("*.png")]
    [InlineData("*.jpg")]
    public void Decode_PictureAboveTheLimit_IsTooLarge(string pattern)
    {
        var limits = Limits with { MaxPixels = 0 };
        foreach (var file in GoodFiles(pattern))
        {
            var outcome = ImageDecoder.Decode(file, limits);
            Assert.IsType<MediaError.TooLarge>(Assert.IsType<Result<PixelImage, MediaError>.Error>(outcome).Reason);
        }
    }

    private static byte[][] GoodFiles(string pattern)
    {
        var folder = Goldens.PathOf(Folder);
        var names = Directory.Exists(folder) ? Directory.GetFiles(folder, pattern) : [];
        Goldens.SkipWhenNone(names.FirstOrDefault(), Folder);
        return [.. names.Select(File.ReadAllBytes).Where(file => ImageDecoder.Decode(file, Limits) is Result<PixelImage, MediaError>.Ok)];
    }

    /// <summary>Half of the edits hit the headers, which else would be lost among the data.</summary>
    private static Gen<(int Position, byte Value)> Edit(int length) =>
        from position in Gen.OneOf(Gen.Choose(0, length - 1), Gen.Choose(0, Math.Min(length, 700) - 1))
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

    private static bool EndsInPictureOrError(byte[] content) => ImageDecoder.Decode(content, Limits).Match(
        image => (long)image.Width * image.Height <= Limits.MaxPixels,
        error => error.Message.Length > 0);
}
