using System.Globalization;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Audio;
using MlxActors.Models.Media.Ffmpeg;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media.Ffmpeg;

/// <summary>What becomes of children that hang, flood, fail or are not there.</summary>
public sealed class FfmpegChildTests
{
    /// <summary>Writes down its number and that of a process that it started, and never ends.</summary>
    private const string Hang = """
        sleep 3600 &
        mkdir "$marks/child-$!"
        mkdir "$marks/self-$$"
        wait
        """;

    /// <summary>Longer than any pipe holds.</summary>
    private static readonly byte[] LongGif = [.. "GIF89a"u8, .. new byte[4 << 20]];

    private static readonly byte[] Gif = "GIF89a"u8.ToArray();

    private static readonly byte[] Mp3 = "ID3"u8.ToArray();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)] // and then never reads its input
    public async Task Image_ChildHangsPastTheTimeLimit_IsKilledWithWhatItStarted(bool isLong)
    {
        using var ffmpeg = new FfmpegStandin(Hang);
        var time = new ManualTime();

        var decoding = Task.Run(() => Decode(ffmpeg.Decoder(time: time), isLong ? LongGif : Gif));
        ffmpeg.Await("self-");
        time.RunOut();

        Assert.Equal(new MediaError.TimedOut(MediaFormat.Gif, FfmpegStandin.Timeout), Error(await decoding));
        AssertAllEnded(ffmpeg);
    }

    [SkippableFact]
    public async Task Image_RequestCancelled_KillsTheChildWithWhatItStarted()
    {
        using var ffmpeg = new FfmpegStandin(Hang);
        using var request = new CancellationTokenSource();

        var decoding = Task.Run(() => Decode(ffmpeg.Decoder(), LongGif, request.Token));
        ffmpeg.Await("self-");
        await request.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decoding);
        AssertAllEnded(ffmpeg);
    }

    [SkippableFact]
    public async Task Images_MoreThanMayBeDecodedAtATime_WaitForTheirTurn()
    {
        // A child that finds another's mark has not waited.
        using var ffmpeg = new FfmpegStandin("""
            mkdir "$marks/running" || mkdir "$marks/together"
            sleep 0.1
            rmdir "$marks/running"
            exit 3
            """);
        var decoder = ffmpeg.Decoder(concurrent: 1);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Decode(decoder, Gif))));

        Assert.All(outcomes, outcome => Assert.Equal("GIF could not be decoded: ffmpeg ended with code 3", Error(outcome).Message));
        Assert.False(ffmpeg.Has("together"));
    }

    [SkippableFact]
    public void Image_RequestCancelledBefore_StartsNoChild()
    {
        using var ffmpeg = new FfmpegStandin("mkdir \"$marks/started\"");

        Assert.ThrowsAny<OperationCanceledException>(() => Decode(ffmpeg.Decoder(), Gif, new CancellationToken(canceled: true)));
        Assert.False(ffmpeg.Has("started"));
    }

    [SkippableFact]
    public void Audio_ChildFloodsItsOutput_IsCutOffAtTheLimit()
    {
        using var ffmpeg = new FfmpegStandin("mkdir \"$marks/self-$$\"; exec cat /dev/zero");
        var limits = MediaLimits.Default with { Audio = new AudioLimits(MaxSeconds: 1, MaxSamples: 100_000) };

        var outcome = ffmpeg.Decoder(limits).Audio(Mp3, sampleRate: 16_000, CancellationToken.None);

        var error = Assert.IsType<MediaError.TooLarge>(Assert.IsType<Result<AudioClip, MediaError>.Error>(outcome).Reason);
        Assert.Equal("MP3 is too large: found more than 100000 samples, at most 100000 samples allowed", error.Message);
        AssertAllEnded(ffmpeg);
    }

    [SkippableFact]
    public void Image_ChildFloodsItsOutputWithNoPicture_IsCutOff()
    {
        using var ffmpeg = new FfmpegStandin("mkdir \"$marks/self-$$\"; exec cat /dev/zero");

        Assert.IsType<MediaError.Undecodable>(Error(Decode(ffmpeg.Decoder(), Gif)));
        AssertAllEnded(ffmpeg);
    }

    [SkippableFact]
    public void Image_ChildClaimsAHugePicture_IsRefusedByItsHeader()
    {
        using var ffmpeg = new FfmpegStandin(@"printf 'P7\nWIDTH 2000000000\nHEIGHT 1\nDEPTH 4\nENDHDR\n'");

        Assert.IsType<MediaError.TooLarge>(Error(Decode(ffmpeg.Decoder(), Gif)));
    }

    [SkippableFact]
    public void Image_ChildFloodsItsErrors_EndsWithTheFirstOfThem()
    {
        using var ffmpeg = new FfmpegStandin("echo 'pipe:0: the reason' >&2; head -c 4000000 /dev/zero | tr '\\0' 'x' >&2; exit 1");

        Assert.Equal("GIF could not be decoded: the reason", Error(Decode(ffmpeg.Decoder(), Gif)).Message);
    }

    [SkippableFact]
    public void Image_ChildWritesOneEndlessError_IsCutShort()
    {
        using var ffmpeg = new FfmpegStandin("head -c 4000000 /dev/zero | tr '\\0' 'x' >&2; exit 1");

        Assert.Equal($"GIF could not be decoded: {new string('x', 200)}", Error(Decode(ffmpeg.Decoder(), Gif)).Message);
    }

    [SkippableFact]
    public void Image_ChildFails_GivesItsReasonWithoutItsNames()
    {
        using var ffmpeg = new FfmpegStandin("echo '[gif @ 0x55d0c0] [error] no colours' >&2; echo 'Conversion failed!' >&2; exit 1");

        Assert.Equal("GIF could not be decoded: no colours", Error(Decode(ffmpeg.Decoder(), Gif)).Message);
    }

    [SkippableFact]
    public void Image_ChildEndsWithoutReadingItsInput_GivesItsCode()
    {
        using var ffmpeg = new FfmpegStandin("exit 3");

        Assert.Equal("GIF could not be decoded: ffmpeg ended with code 3", Error(Decode(ffmpeg.Decoder(), LongGif)).Message);
    }

    [Fact]
    public void Image_NoFfmpeg_SaysWhatToInstall()
    {
        var search = new FfmpegLocation.Auto(SearchPath: "");

        Assert.Equal(
            "GIF needs ffmpeg, which is not on this server's PATH: install ffmpeg (with its ffprobe), or send PNG or JPEG",
            Error(Decode(At(search), Gif)).Message);
    }

    [Theory]
    [InlineData("off", "turns off")]
    [InlineData("/no/such/ffmpeg", "'/no/such/ffmpeg'")]
    public void Video_FfmpegOffOrElsewhere_SaysWhy(string location, string why)
    {
        var decoder = At(FfmpegLocation.Parse(location, searchPath: ""));

        var outcome = decoder.Video(new byte[] { 0x1A, 0x45, 0xDF, 0xA3 }, _ => [0], CancellationToken.None);

        var error = Assert.IsType<MediaError.NeedsFfmpeg>(Assert.IsType<Result<VideoFrames, MediaError>.Error>(outcome).Reason);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal((MediaFormat.Matroska, MediaKind.Video), (error.Found, error.Wanted));
    }

    private static Result<PixelImage, MediaError> Decode(
        IMediaDecoder decoder, byte[] content, CancellationToken cancellationToken = default) =>
        decoder.Image(content, Transparency.Dropped, cancellationToken);

    private static MediaDecoder At(FfmpegLocation location) =>
        new(MediaLimits.Default, FfmpegSettings.Default with { Location = location }, TimeProvider.System);

    private static MediaError Error(Result<PixelImage, MediaError> outcome) =>
        Assert.IsType<Result<PixelImage, MediaError>.Error>(outcome).Reason;

    private static void AssertAllEnded(FfmpegStandin ffmpeg) => Assert.All(
        [.. ffmpeg.Marks("self-"), .. ffmpeg.Marks("child-")],
        process => Assert.True(FfmpegStandin.Ends(int.Parse(process, CultureInfo.InvariantCulture)), $"process {process} still runs"));
}
