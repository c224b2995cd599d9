namespace MlxActors.InProcess.Settings;

/// <summary>What the process stands in: given, so that tests can stand it elsewhere.</summary>
/// <param name="Variable">Reads an environment variable.</param>
/// <param name="Home">The user's home folder.</param>
/// <param name="Binaries">The folder of the program's binaries; shipped models are looked for there and above.</param>
internal sealed record Surroundings(Func<string, string?> Variable, string Home, string Binaries)
{
    public static Surroundings Real { get; } = new(
        Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), AppContext.BaseDirectory);
}
