using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Media.Ffmpeg;

/// <summary>What a child is started with, and what is made of what it writes.</summary>
public sealed class FfmpegCommandTests
{
    /// <summary>Leaves its arguments and its folder as marks.</summary>
    private const string Tell = "ln -s -- \"$*\" \"$marks/arguments\"; ln -s -- \"$PWD\" \"$marks/folder\";";

    private const string OnePixel = @"printf 'P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n\377\000\000\200'";

    private const string OneFrame = @"printf 'P7\nWIDTH 1\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n\001\002\003'";

    private static readonly byte[] Gif = "GIF89a"u8.ToArray();

    private static readonly byte[] Mp4 = [0, 0, 0, 0x1C, .. "ftypisom"u8];

    [SkippableTheory]
    [InlineData("#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n")]
    [InlineData("ffconcat version 1.0\nfile '/etc/hostname'\n")]
    [InlineData("v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7")]
    public void Decode_TextOfAnyKind_StartsNoChild(string text)
    {
        using var ffmpeg = new FfmpegStandin("mkdir \"$marks/started\"", "mkdir \"$marks/started\"");
        var content = System.Text.Encoding.UTF8.GetBytes(text);

        ffmpeg.Decoder().Image(content, Transparency.Dropped, CancellationToken.None);
        ffmpeg.Decoder().Audio(content, sampleRate: 16_000, CancellationToken.None);
        ffmpeg.Decoder().Video(content, _ => [0], CancellationToken.None);

        Assert.False(ffmpeg.Has("started"));
    }

    [SkippableFact]
    public void Image_FormatThatCanBePiped_IsReadAsThatFormatFromThePipeAlone()
    {
        using var ffmpeg = new FfmpegStandin(Tell + OnePixel);

        Ok(ffmpeg.Decoder().Image(Gif, Transparency.Dropped, CancellationToken.None));

        Assert.Contains("-protocol_whitelist pipe -format_whitelist gif ", ffmpeg.Said("arguments"), StringComparison.Ordinal);
        Assert.Contains(" -f gif -i pipe:0 ", ffmpeg.Said("arguments"), StringComparison.Ordinal);
        Assert.StartsWith("-nostdin ", ffmpeg.Said("arguments"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Audio_FormatThatNeedsSeeking_IsReadFromAFolderThatIsGoneAfterwards()
    {
        using var ffmpeg = new FfmpegStandin(Tell + "mkdir \"$marks/bytes-$(wc -c < content)\"; exit 1");

        ffmpeg.Decoder().Audio(Mp4, sampleRate: 16_000, CancellationToken.None);

        Assert.Contains("-protocol_whitelist file -format_whitelist mov ", ffmpeg.Said("arguments"), StringComparison.Ordinal);
        Assert.Contains(" -f mov -i file:content ", ffmpeg.Said("arguments"), StringComparison.Ordinal);
        Assert.Equal([$"{Mp4.Length}"], ffmpeg.Marks("bytes-"));
        Assert.False(Directory.Exists(ffmpeg.Said("folder")));
    }

    [SkippableTheory]
    [InlineData(Transparency.Dropped, 255, 0, 0)]
    [InlineData(Transparency.OnWhite, 255, 127, 127)]
    public void Image_TransparentPixel_IsTakenAsAskedFor(Transparency transparency, byte red, byte green, byte blue)
    {
        using var ffmpeg = new FfmpegStandin(OnePixel);

        var image = Ok(ffmpeg.Decoder().Image(Gif, transparency, CancellationToken.None));

        Assert.Equal([red, green, blue], image.Rgb.ToArray());
    }

    [SkippableTheory]
    [InlineData("4.4.2-0ubuntu0.22.04.1", "-vsync passthrough")]
    [InlineData("5.1.9-0+deb12u1", "-fps_mode passthrough")]
    [InlineData("n7.1", "-fps_mode passthrough")]
    [InlineData("N-118000-g0123456789", "-fps_mode passthrough")]
    public void Video_AnyVersion_IsAskedForFramesAsTheyComeInItsOwnWords(string version, string option)
    {
        using var ffmpeg = new FfmpegStandin(
            Tell + OneFrame,
            $"printf 'program_version|version={version}\\npacket|pts_time=0.0|flags=K_\\nstream|width=1|height=1|avg_frame_rate=25/1\\n'");

        var video = Ok(ffmpeg.Decoder().Video(Mp4, _ => [0], CancellationToken.None));

        Assert.Equal(25, video.Info.FramesPerSecond);
        Assert.Equal([1, 2, 3], Assert.Single(video.Frames).Rgb.ToArray());
        Assert.Contains($" {option} ", ffmpeg.Said("arguments"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Video_ListsFramesThatDoNotComeOut_IsCountedByDecoding()
    {
        using var ffmpeg = new FfmpegStandin(
            $$"""
            case "$*" in
                *framecrc*) printf '#tb 0: 1/100\n0, 0, 50, 1, 3, 0x00\n0, 0, 150, 1, 3, 0x00\n' ;;
                *'eq(n,2)'*) ;;
                *) {{OneFrame}} ;;
            esac
            """,
            """
            printf 'packet|pts_time=0.0|flags=K_\npacket|pts_time=0.5|flags=__\npacket|pts_time=1.0|flags=__\n'
            printf 'stream|width=1|height=1|avg_frame_rate=0/0\n'
            """);

        var video = Ok(ffmpeg.Decoder().Video(Mp4, info => [info.Frames - 1], CancellationToken.None));

        Assert.Equal(2, video.Info.Frames);
        Assert.Equal([0, 1], video.Info.Times.ToArray());
        Assert.Single(video.Frames);
    }

    [SkippableTheory]
    [InlineData(1, 1_000)]
    [InlineData(768, 99)]
    public void Video_MoreFramesOrPixelsThanAllowed_IsTooLargeBeforeAnyIsTaken(int mostFrames, int mostPixels)
    {
        using var ffmpeg = new FfmpegStandin(
            "mkdir \"$marks/started\"",
            @"printf 'packet|pts_time=0|flags=K_\npacket|pts_time=1|flags=__\nstream|width=10|height=5|avg_frame_rate=1/1\n'");
        var limits = MediaLimits.Default with { Video = new VideoLimits(mostFrames, mostPixels) };

        var outcome = ffmpeg.Decoder(limits).Video(Mp4, _ => [0, 1], CancellationToken.None);

        Assert.IsType<MediaError.TooLarge>(Assert.IsType<Result<VideoFrames, MediaError>.Error>(outcome).Reason);
        Assert.False(ffmpeg.Has("started"));
    }

    [SkippableFact]
    public void Video_FramesLargerThanTheFileSaid_AreTooLargeTogether()
    {
        using var ffmpeg = new FfmpegStandin(
            @"for frame in 1 2; do printf 'P7\nWIDTH 10\nHEIGHT 5\nDEPTH 3\nENDHDR\n'; head -c 150 /dev/zero; done",
            @"printf 'packet|pts_time=0|flags=K_\npacket|pts_time=1|flags=__\nstream|width=1|height=1|avg_frame_rate=1/1\n'");
        var limits = MediaLimits.Default with { Video = VideoLimits.Default with { MaxPixels = 99 } };

        var outcome = ffmpeg.Decoder(limits).Video(Mp4, _ => [0, 1], CancellationToken.None);

        Assert.IsType<MediaError.TooLarge>(Assert.IsType<Result<VideoFrames, MediaError>.Error>(outcome).Reason);
    }

    private static T Ok<T>(Result<T, MediaError> outcome) =>
        outcome.Match(value => value, error => throw new Xunit.Sdk.XunitException(error.Message));
}
