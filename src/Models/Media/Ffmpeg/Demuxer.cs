namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>
/// What ffmpeg is told to read a file as. It is never left to guess: guessing is how a playlist named as a picture gets other files opened.
/// </summary>
/// <param name="Name">ffmpeg's name of it.</param>
/// <param name="NeedsSeeking">Its index may lie behind the content, or it takes the file's length from the system: a pipe is not enough.</param>
internal sealed record Demuxer(string Name, bool NeedsSeeking = false)
{
    private static readonly Demuxer Iso = new("mov", NeedsSeeking: true);

    /// <param name="format">One of <see cref="MediaKinds.Formats"/>, of any kind.</param>
    public static Demuxer Of(MediaFormat format) => format switch
    {
        MediaFormat.Gif => new Demuxer("gif"),
        MediaFormat.WebP => new Demuxer("webp_pipe"),
        MediaFormat.Bmp => new Demuxer("bmp_pipe"),
        MediaFormat.Tiff => new Demuxer("tiff_pipe", NeedsSeeking: true),
        MediaFormat.Jpeg2000 => new Demuxer("j2k_pipe", NeedsSeeking: true),
        MediaFormat.JpegXl => new Demuxer("jpegxl_pipe", NeedsSeeking: true),
        MediaFormat.Pnm => new Demuxer("ppm_pipe"),
        MediaFormat.Avif or MediaFormat.Heic => Iso,
        MediaFormat.Wav => new Demuxer("wav"),
        MediaFormat.Mp3 => new Demuxer("mp3"),
        MediaFormat.Flac => new Demuxer("flac"),
        MediaFormat.Ogg => new Demuxer("ogg"),
        MediaFormat.Aac => new Demuxer("aac"),
        MediaFormat.Aiff => new Demuxer("aiff"),
        MediaFormat.Amr => new Demuxer("amr"),
        MediaFormat.Caf => new Demuxer("caf", NeedsSeeking: true),
        MediaFormat.M4a or MediaFormat.Mp4 or MediaFormat.QuickTime => Iso,
        MediaFormat.Matroska => new Demuxer("matroska"),
        MediaFormat.Avi => new Demuxer("avi", NeedsSeeking: true),
        MediaFormat.Flv => new Demuxer("flv"),
        MediaFormat.Asf => new Demuxer("asf"),
        MediaFormat.MpegProgram => new Demuxer("mpeg"),
        MediaFormat.MpegTransport => new Demuxer("mpegts"),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a format for ffmpeg"),
    };
}
