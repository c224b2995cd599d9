namespace MlxActors.Web.Hub;

/// <summary>
/// The lock that Hugging Face's tools take on a file while they download it. A file opened for one alone is under <c>flock</c> on Unix,
/// which is what they use; the lock file stays behind, as theirs does.
/// </summary>
internal static class BlobLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="waiting">Called once when somebody else holds it.</param>
    /// <returns>Disposing of it lets go.</returns>
    public static async Task<IDisposable> TakeAsync(string path, Action waiting, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var isFirst = true;
        while (TryTake(path) is var held)
        {
            if (held is not null)
            {
                return held;
            }
            if (isFirst)
            {
                waiting();
                isFirst = false;
            }
            await Task.Delay(Pause, clock, cancellationToken);
        }
        throw new System.Diagnostics.UnreachableException();
    }

    private static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
