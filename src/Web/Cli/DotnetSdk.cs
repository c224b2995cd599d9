namespace MlxActors.Web.Cli;

/// <summary>The .NET SDK of this machine, which a published server does without.</summary>
internal static class DotnetSdk
{
    /// <param name="searchPath">The folders to look in, as PATH has them.</param>
    /// <returns>The newest version; null when there is none.</returns>
    public static string? Find(string searchPath) => searchPath.Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"))
        .Where(File.Exists)
        .Select(host => Path.Combine(Path.GetDirectoryName(Target(host))!, "sdk"))
        .Where(Directory.Exists)
        .SelectMany(Directory.EnumerateDirectories)
        .Select(folder => Version.TryParse(Path.GetFileName(folder), out var version) ? version : null)
        .Max()?.ToString();

    // The host on the PATH is a link into the installation, as often as not.
    private static string Target(string host) => File.ResolveLinkTarget(host, returnFinalTarget: true)?.FullName ?? host;
}
