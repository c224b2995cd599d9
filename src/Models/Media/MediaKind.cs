using System.Collections.Immutable;

namespace MlxActors.Models.Media;

/// <summary>What a file is used as; a container such as MP4 can be used as more than one.</summary>
public enum MediaKind
{
    Image,
    Audio,
    Video,
}

public static class MediaKinds
{
    private static readonly ImmutableArray<MediaFormat> Images =
    [
        MediaFormat.Png, MediaFormat.Jpeg, MediaFormat.Gif, MediaFormat.WebP, MediaFormat.Bmp, MediaFormat.Tiff, MediaFormat.Avif,
        MediaFormat.Heic, MediaFormat.Jpeg2000, MediaFormat.JpegXl, MediaFormat.Pnm,
    ];

    private static readonly ImmutableArray<MediaFormat> Containers =
        [MediaFormat.Mp4, MediaFormat.QuickTime, MediaFormat.Matroska, MediaFormat.Ogg, MediaFormat.Asf];

    private static readonly ImmutableArray<MediaFormat> Sounds =
    [
        MediaFormat.Wav, MediaFormat.Mp3, MediaFormat.Flac, MediaFormat.Aac, MediaFormat.M4a, MediaFormat.Aiff, MediaFormat.Amr,
        MediaFormat.Caf, .. Containers,
    ];

    private static readonly ImmutableArray<MediaFormat> Videos =
    [
        .. Containers, MediaFormat.Avi, MediaFormat.Gif, MediaFormat.Flv, MediaFormat.MpegProgram, MediaFormat.MpegTransport,
    ];

    /// <summary>The formats that may hold such a medium, the usual ones first.</summary>
    public static ImmutableArray<MediaFormat> Formats(this MediaKind kind) => kind switch
    {
        MediaKind.Image => Images,
        MediaKind.Audio => Sounds,
        MediaKind.Video => Videos,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of medium"),
    };

    /// <summary>The kind's name as it stands in a message.</summary>
    public static string Describe(this MediaKind kind) => kind switch
    {
        MediaKind.Image => "image",
        MediaKind.Audio => "audio",
        MediaKind.Video => "video",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of medium"),
    };

    internal static string DescribeFormats(MediaKind kind)
    {
        var names = kind.Formats().Select(MediaFormats.Describe).ToArray();
        return $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    /// <summary>What a user can do who cannot install anything.</summary>
    internal static string DescribeOwn(MediaKind kind) => kind switch
    {
        MediaKind.Image => "send PNG or JPEG",
        MediaKind.Audio => "send WAV of PCM or float samples",
        MediaKind.Video => "send frames as PNG or JPEG images",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of medium"),
    };
}
