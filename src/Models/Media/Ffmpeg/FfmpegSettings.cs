namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Where ffmpeg is looked for.</summary>
public abstract record FfmpegLocation
{
    private FfmpegLocation()
    {
    }

    /// <summary>In the folders of a PATH variable.</summary>
    public sealed record Auto(string SearchPath) : FfmpegLocation;

    /// <summary>At this file, with ffprobe beside it.</summary>
    public sealed record At(string File) : FfmpegLocation;

    /// <summary>Nowhere: only what this process decodes itself is taken.</summary>
    public sealed record Off : FfmpegLocation;

    /// <param name="text"><c>auto</c>, <c>off</c>, or the path of ffmpeg.</param>
    /// <param name="searchPath">What <c>auto</c> searches.</param>
    public static FfmpegLocation Parse(string text, string searchPath) => text.Trim() switch
    {
        "auto" or "" => new Auto(searchPath),
        "off" => new Off(),
        var file => new At(file),
    };
}

/// <summary>How ffmpeg is run. One file's decoding may take several runs; the limits of time hold for all of them together.</summary>
/// <param name="Location"><c>ffmpeg.path</c> in HOCON.</param>
/// <param name="Timeout"><c>ffmpeg.timeout</c> in HOCON.</param>
/// <param name="MaxMemory">
/// <c>ffmpeg.max-memory</c> in HOCON: bytes of address space where the system has <c>prlimit</c>; elsewhere half of it bounds each
/// allocation.
/// </param>
/// <param name="Concurrent"><c>ffmpeg.concurrent</c> in HOCON: files that are decoded at a time; the others wait.</param>
public sealed record FfmpegSettings(FfmpegLocation Location, TimeSpan Timeout, long MaxMemory, int Concurrent)
{
    /// <summary>On the PATH, a minute for each file, 2 GiB, four files at a time.</summary>
    public static FfmpegSettings Default { get; } = new(
        new FfmpegLocation.Auto(Environment.GetEnvironmentVariable("PATH") ?? ""),
        TimeSpan.FromMinutes(1),
        MaxMemory: 2L << 30,
        Concurrent: 4);

    public static FfmpegSettings Off { get; } = Default with { Location = new FfmpegLocation.Off() };
}
