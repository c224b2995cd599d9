using Akka.Configuration;
using MlxActors.Native.Results;

namespace MlxActors.InProcess.Settings;

/// <summary>The configuration: the files that ship with the program, below the user's own file, below the command line.</summary>
internal static class HoconFiles
{
    /// <summary>Beside the program's binaries; holds the shipped files.</summary>
    public const string Folder = "hocon";

    public const string UserFileVariable = "MLXACTORS_CONFIG";

    /// <param name="folder">Holds the shipped files; each of its <c>*.conf</c> is read.</param>
    /// <param name="userFile">Null when there is none.</param>
    /// <param name="overrides">HOCON that beats every file.</param>
    public static Result<Config, string> Load(string folder, string? userFile, string overrides)
    {
        return Shipped(folder).Select(Parse)
            .Prepend(userFile is null ? Empty : Parse(userFile))
            .Prepend(Result.Ok<Config, string>(ConfigurationFactory.ParseString(overrides)))
            .Aggregate((above, below) => above.Bind(config => below.Map(fallback => config.WithFallback(fallback))));
    }

    /// <summary>
    /// Reads a duration: the first one has Akka compile the pattern of all of them, which takes longer than to read the files.
    /// </summary>
    public static void MeetDurations() => ConfigurationFactory.ParseString("a = 1s").GetTimeSpan("a");

    public static IEnumerable<string> Shipped(string folder) => Directory.EnumerateFiles(folder, "*.conf").Order(StringComparer.Ordinal);

    private static Result<Config, string> Empty => Result.Ok<Config, string>(ConfigurationFactory.Empty);

    private static Result<Config, string> Parse(string file)
    {
        try
        {
            return Result.Ok<Config, string>(ConfigurationFactory.ParseString(File.ReadAllText(file)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ConfigurationException)
        {
            return Result.Error<Config, string>($"The configuration file {file} cannot be read: {e.Message}");
        }
    }
}
