namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>A file's content as a child gets it: through a pipe, or in a folder of its own that is gone afterwards.</summary>
internal sealed class FfmpegInput : IDisposable
{
    private const string FileName = "content";

    private FfmpegInput(ReadOnlyMemory<byte> piped, DirectoryInfo? folder) => (Piped, Folder) = (piped, folder);

    /// <summary>What goes to standard input.</summary>
    public ReadOnlyMemory<byte> Piped { get; }

    /// <summary>The only protocol that the child may open anything with.</summary>
    public string Protocol => Folder is null ? "pipe" : "file";

    /// <summary>Relative to <see cref="Folder"/>, so that no message shows a path of this machine.</summary>
    public string Url => Folder is null ? "pipe:0" : "file:" + FileName;

    /// <summary>Readable by this user alone; null when content is piped.</summary>
    public DirectoryInfo? Folder { get; }

    public static async Task<FfmpegInput> OpenAsync(Demuxer demuxer, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!demuxer.NeedsSeeking)
        {
            return new FfmpegInput(content, folder: null);
        }
        var input = new FfmpegInput(piped: default, Directory.CreateTempSubdirectory("mlxactors-"));
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(input.Folder!.FullName, FileName), content, cancellationToken);
            return input;
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    public void Dispose() => Folder?.Delete(recursive: true);
}
