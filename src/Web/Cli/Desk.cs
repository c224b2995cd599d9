using MlxActors.Native.Results;
using MlxActors.Web.Hosting;
using MlxActors.Web.Hub;
using Config = Akka.Configuration.Config;

namespace MlxActors.Web.Cli;

/// <summary>What a command works with: given, so that tests can stand it elsewhere.</summary>
/// <param name="Out">Results, and nothing else: what a script reads.</param>
/// <param name="Error">Progress, questions and complaints.</param>
/// <param name="HasScreen">Whether <paramref name="Error"/> is a terminal, for bars that move.</param>
/// <param name="CanAsk">Whether somebody sits at <paramref name="In"/>.</param>
internal sealed record Desk(
    Surroundings Surroundings, TextReader In, TextWriter Out, TextWriter Error, bool HasScreen, bool CanAsk, DownloadTerms Download)
{
    public static Desk OfThisProcess() => new(
        Surroundings.Real,
        Console.In,
        Console.Out,
        Console.Error,
        HasScreen: !Console.IsErrorRedirected,
        CanAsk: !Console.IsInputRedirected,
        DownloadTerms.Default);

    /// <summary>Where the settings lie that ship with the server.</summary>
    public string HoconFolder => Path.Combine(Surroundings.Binaries, HoconFiles.Folder);

    /// <summary>The configuration that a command runs under.</summary>
    /// <param name="file">The user's own; null takes the environment's, if any.</param>
    /// <param name="overrides">HOCON that beats every file.</param>
    public Result<Config, string> Configure(string? file, string overrides = "") => HoconFiles.Load(
        HoconFolder, file ?? Surroundings.Variable(HoconFiles.UserFileVariable), overrides);

    /// <summary>What the HTTP side, and so the command line, knows of models.</summary>
    public Result<ServerSettings, string> Settings(string? file) =>
        Configure(file).Bind(hocon => ServerSettings.Read(hocon, Surroundings));

    public async Task<int> FailAsync(string message, int exitCode = ExitCodes.Failure)
    {
        await Error.WriteLineAsync(message);
        return exitCode;
    }
}
