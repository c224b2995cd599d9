using System.Reflection;
using Akka.Actor;
using MlxActors.Native.Results;

namespace MlxActors.Web.Cli;

/// <summary>What the server says of itself when it listens.</summary>
internal static class StartupText
{
    public static string Version => VersionOf(typeof(StartupText).Assembly);

    /// <param name="engine">What computes, in words.</param>
    /// <param name="ffmpeg">Its path; or why there is none, in words that follow "ffmpeg, which".</param>
    public static string Compose(ModelChoice choice, string engine, Result<string, string> ffmpeg, IEnumerable<string> urls) => string.Join(
        Environment.NewLine,
        [
            $"MlxActors {Version}",
            $"  Akka    {AkkaInUse()}",
            $"  Engine  {engine}",
            $"  Model   {choice.Model.Id}{(choice.Why is { } why ? $" ({why})" : "")}",
            .. choice.Hint is { } hint ? [$"          {hint}"] : Array.Empty<string>(),
            $"  Media   PNG, JPEG, WAV; {ffmpeg.Match(Decoded, Missing)}",
            .. urls.Select(url => $"  Chat    {url}/"),
            .. urls.Select(url => $"  Ready   {url}/v1/chat/completions"),
        ]);

    /// <param name="nodes">Addresses, and names of several.</param>
    public static string ComposeGateway(IEnumerable<string> nodes, IEnumerable<string> urls) => string.Join(
        Environment.NewLine,
        [
            $"MlxActors {Version}, gateway",
            .. nodes.Select(node => $"  Node    {node}"),
            .. urls.Select(url => $"  Chat    {url}/"),
            .. urls.Select(url => $"  Ready   {url}/v1/chat/completions"),
        ]);

    private static string Decoded(string path) => $"other formats and video by {path}";

    private static string Missing(string why) => $"no other format and no video: they need ffmpeg, which {why}";

    // The build marks assemblies with what it used; the package itself only has a version.
    private static string AkkaInUse()
    {
        var marked = typeof(StartupText).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(entry => entry.Key == "Akka")?.Value;
        return marked ?? VersionOf(typeof(ActorSystem).Assembly);
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString()
        ?? "of unknown version";
}
