using System.Text;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media;

public sealed class ImageFormatTests
{
    [Theory]
    [InlineData("", ImageFormat.Empty)]
    [InlineData("G", ImageFormat.Unknown)]
    [InlineData("GIF89a...", ImageFormat.Gif)]
    [InlineData("RIFF\0\0\0\0WEBPVP8 ", ImageFormat.WebP)]
    [InlineData("RIFF\0\0\0\0WAVEfmt ", ImageFormat.Unknown)]
    [InlineData("\0\0\0\u001cftypavif", ImageFormat.Avif)]
    [InlineData("\0\0\0\u001cftypheic", ImageFormat.Heic)]
    [InlineData("\0\0\0\u001cftypmp42", ImageFormat.Unknown)]
    [InlineData("BM....", ImageFormat.Bmp)]
    [InlineData("II*\0", ImageFormat.Tiff)]
    [InlineData("MM\0*", ImageFormat.Tiff)]
    [InlineData("P6\n1 1\n255\n", ImageFormat.Pnm)]
    [InlineData("%PDF-1.7", ImageFormat.Pdf)]
    [InlineData("<?xml version='1.0'?><svg/>", ImageFormat.Svg)]
    [InlineData("<html><body/></html>", ImageFormat.Unknown)]
    [InlineData("#EXTM3U", ImageFormat.Unknown)]
    public void Sniff_FirstBytes_DecideTheFormat(string content, ImageFormat expected) =>
        Assert.Equal(expected, ImageFormats.Sniff(Encoding.Latin1.GetBytes(content)));

    [Fact]
    public void Decode_OtherFormat_SaysWhatItIsAndWhatIsSupported()
    {
        var outcome = ImageDecoder.Decode("GIF89a"u8.ToArray(), ImageLimits.Default);

        var error = Assert.IsType<Result<PixelImage, MediaError>.Error>(outcome).Reason;
        Assert.Equal("unsupported image format: found GIF, expected PNG or JPEG", error.Message);
    }
}
