using System.Text;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media;

public sealed class MediaFormatTests
{
    [Theory]
    [InlineData("", MediaFormat.Empty)]
    [InlineData("G", MediaFormat.Unknown)]
    [InlineData("GIF89a...", MediaFormat.Gif)]
    [InlineData("RIFF\0\0\0\0WEBPVP8 ", MediaFormat.WebP)]
    [InlineData("RIFF\0\0\0\0WAVEfmt ", MediaFormat.Wav)]
    [InlineData("\0\0\0\u001cftypavif", MediaFormat.Avif)]
    [InlineData("\0\0\0\u001cftypheic", MediaFormat.Heic)]
    [InlineData("\0\0\0\u001cftypmp42", MediaFormat.Mp4)]
    [InlineData("BM....", MediaFormat.Bmp)]
    [InlineData("II*\0", MediaFormat.Tiff)]
    [InlineData("MM\0*", MediaFormat.Tiff)]
    [InlineData("P6\n1 1\n255\n", MediaFormat.Pnm)]
    [InlineData("%PDF-1.7", MediaFormat.Pdf)]
    [InlineData("<?xml version='1.0'?><svg/>", MediaFormat.Svg)]
    [InlineData("<html><body/></html>", MediaFormat.Unknown)]
    [InlineData("#EXTM3U.......", MediaFormat.Unknown)]
    [InlineData("ffconcat version 1.0", MediaFormat.Unknown)]
    [InlineData("v=0\no=- 0 0 IN IP4 127.0.0.1", MediaFormat.Unknown)]
    [InlineData("RF64\u00ff\u00ff\u00ff\u00ffWAVEds64", MediaFormat.Wav)]
    [InlineData("RIFF\0\0\0\0AVI LIST", MediaFormat.Avi)]
    [InlineData("FORM\0\0\0\0AIFFCOMM", MediaFormat.Aiff)]
    [InlineData("\0\0\0\u001cftypM4A ", MediaFormat.M4a)]
    [InlineData("\0\0\0\u0014ftypqt  ", MediaFormat.QuickTime)]
    [InlineData("\0\0\0\u0008wide\0\0\0\u0008mdat", MediaFormat.QuickTime)]
    [InlineData("\u001aE\u00df\u00a3", MediaFormat.Matroska)]
    [InlineData("ID3\u0004", MediaFormat.Mp3)]
    [InlineData("\u00ff\u00fb\u0090", MediaFormat.Mp3)]
    [InlineData("\u00ff\u00f1\u0050", MediaFormat.Aac)]
    [InlineData("\u00ff\u00fet\0e\0x\0t\0", MediaFormat.Unknown)]
    [InlineData("fLaC", MediaFormat.Flac)]
    [InlineData("OggS", MediaFormat.Ogg)]
    public void Sniff_FirstBytes_DecideTheFormat(string content, MediaFormat expected) =>
        Assert.Equal(expected, MediaSniffer.Sniff(Encoding.Latin1.GetBytes(content)));

    [Fact]
    public void Decode_FormatOfAnotherMedium_SaysWhatItIsAndWhatIsSupported()
    {
        var outcome = ImageDecoder.Decode("ID3"u8.ToArray(), ImageLimits.Default);

        var error = Assert.IsType<Result<PixelImage, MediaError>.Error>(outcome).Reason;
        Assert.StartsWith("unsupported image format: found MP3, expected PNG, JPEG, GIF", error.Message);
    }
}
