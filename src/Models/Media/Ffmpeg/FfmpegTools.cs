using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Full paths of the programs.</summary>
/// <param name="Prlimit">Bounds a child's memory; null where there is none.</param>
internal sealed record FfmpegTools(string Ffmpeg, string Ffprobe, string? Prlimit)
{
    /// <summary>Looks anew each time, so that ffmpeg can be installed while the server runs.</summary>
    /// <returns>The programs; or why there are none, as <see cref="MediaError.NeedsFfmpeg"/> says it.</returns>
    public static Result<FfmpegTools, string> Find(FfmpegLocation location) => location switch
    {
        FfmpegLocation.Off => "this server's configuration turns off",
        FfmpegLocation.Auto(var searchPath) => Search(searchPath, "ffmpeg") is { } ffmpeg
            ? WithProbe(ffmpeg, searchPath)
            : "is not on this server's PATH",
        FfmpegLocation.At(var file) => IsExecutable(file)
            ? WithProbe(Path.GetFullPath(file), searchPath: "")
            : $"is not at the path of this server's configuration, '{file}'",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static Result<FfmpegTools, string> WithProbe(string ffmpeg, string searchPath)
    {
        var beside = Path.GetDirectoryName(ffmpeg) ?? "";
        return Search(beside + Path.PathSeparator + searchPath, "ffprobe") is { } ffprobe
            ? new FfmpegTools(ffmpeg, ffprobe, OperatingSystem.IsLinux() ? Search("/usr/bin:/bin", "prlimit") : null)
            : "lies on this server without its ffprobe";
    }

    private static string? Search(string searchPath, string program) => searchPath
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Where(Path.IsPathRooted)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
        .FirstOrDefault(IsExecutable);

    private static bool IsExecutable(string file)
    {
        const UnixFileMode executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & executable) != 0);
    }
}
