using System.Diagnostics;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Ffmpeg;

namespace MlxActors.Models.Tests.Media.Ffmpeg;

/// <summary>
/// Shell scripts in place of ffmpeg and ffprobe. Like the real ones they may write no file, so they leave marks: folders and links beside
/// themselves, in <c>$marks</c>.
/// </summary>
internal sealed class FfmpegStandin : IDisposable
{
    /// <summary>Far beyond what a machine under load needs, and far below what the scripts sleep.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ffmpeg-standin-");

    /// <param name="ffmpeg">Commands of a POSIX shell.</param>
    /// <param name="ffprobe">Likewise.</param>
    public FfmpegStandin(string ffmpeg, string ffprobe = "exit 1")
    {
        Skip.If(OperatingSystem.IsWindows(), "stand-ins are shell scripts");
        Write("ffmpeg", ffmpeg);
        Write("ffprobe", ffprobe);
    }

    public static TimeSpan Timeout { get; } = TimeSpan.FromMinutes(10);

    public IMediaDecoder Decoder(MediaLimits? limits = null, TimeProvider? time = null, int concurrent = 4) => new MediaDecoder(
        limits ?? MediaLimits.Default,
        new FfmpegSettings(new FfmpegLocation.At(Path.Combine(_folder.FullName, "ffmpeg")), Timeout, MaxMemory: 1L << 30, concurrent),
        time ?? TimeProvider.System);

    public bool Has(string mark) => Marks(mark).Length > 0;

    /// <summary>Marks whose names begin so.</summary>
    public string[] Marks(string prefix) => [.. _folder.GetFileSystemInfos(prefix + "*").Select(mark => mark.Name[prefix.Length..])];

    /// <summary>What a link left as a mark says.</summary>
    public string Said(string link) => new FileInfo(Path.Combine(_folder.FullName, link)).LinkTarget ?? "";

    /// <summary>Waits until a script is as far as to leave this mark.</summary>
    public void Await(string mark) => Assert.True(SpinWait.SpinUntil(() => Has(mark), Patience), $"no script left the mark '{mark}'");

    /// <summary>Whether a process ends: the system takes a moment to end what was killed.</summary>
    public static bool Ends(int process) => SpinWait.SpinUntil(() => !IsRunning(process), Patience);

    /// <summary>Whether a process is there and more than an entry that its parent has not collected yet.</summary>
    private static bool IsRunning(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            var status = $"/proc/{process}/stat";
            return !found.HasExited && !(File.Exists(status) && File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string name, string commands)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\nmarks='{_folder.FullName}'\n{commands}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
