using System.Globalization;

namespace MlxActors.Web.Cli;

/// <summary>Which program listens on a port: Linux tells, to those who may look.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    /// <returns>Like <c>python3 (process 4711)</c>; null when it cannot be told.</returns>
    public static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }
        try
        {
            var sockets = new[] { "/proc/net/tcp", "/proc/net/tcp6" }
                .Where(File.Exists)
                .SelectMany(table => SocketsOn(port, File.ReadLines(table)))
                .Select(inode => $"socket:[{inode}]")
                .ToHashSet();
            return sockets.Count > 0
                && Directory.EnumerateDirectories("/proc").Where(IsProcess).FirstOrDefault(process => Holds(process, sockets)) is { } owner
                ? $"{File.ReadAllText(Path.Combine(owner, "comm")).Trim()} (process {Path.GetFileName(owner)})"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The inodes of the sockets that listen on a port, by the lines of <c>/proc/net/tcp</c>.</summary>
    internal static IEnumerable<string> SocketsOn(int port, IEnumerable<string> lines)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return lines
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(cells => cells.Length > 9 && cells[3] == Listening && cells[1].EndsWith(suffix, StringComparison.Ordinal))
            .Select(cells => cells[9]);
    }

    private static bool IsProcess(string folder) => Path.GetFileName(folder).All(char.IsAsciiDigit);

    // The processes of other users keep theirs to themselves, and any may end while it is looked at.
    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd"))
                .Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
