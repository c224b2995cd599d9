using System.CommandLine;
using System.Text.Json;
using Config = Akka.Configuration.Config;

namespace MlxActors.Web.Cli;

/// <summary><c>doctor</c>: whether the server can run here, and how well.</summary>
internal static class DoctorCommand
{
    public static Command Create(Desk desk)
    {
        var command = new Command(
            "doctor",
            "Check what the server stands on: runtime, engine, memory bandwidth, ffmpeg, models, cache, port. Fails when it cannot serve.")
        {
            CommonOptions.Json, CommonOptions.ConfigFile,
        };
        command.SetAction((parsed, cancellationToken) => desk.Configure(parsed.GetValue(CommonOptions.ConfigFile)).Match(
            hocon => ReportAsync(hocon, parsed.GetValue(CommonOptions.Json), desk, cancellationToken),
            error => desk.FailAsync(error, ExitCodes.Usage)));
        return command;
    }

    private static async Task<int> ReportAsync(Config hocon, bool asJson, Desk desk, CancellationToken cancellationToken)
    {
        var findings = await Doctor.ExamineAsync(hocon, desk, cancellationToken);
        if (asJson)
        {
            await desk.Out.WriteLineAsync(CliJson.Of(findings.Select(found =>
                new { found.Name, Health = JsonNamingPolicy.SnakeCaseLower.ConvertName(found.Health.ToString()), found.Finding })));
        }
        else
        {
            foreach (var line in TextTable.Lines([.. findings.Select(found => new[] { Mark(found.Health), found.Name, found.Finding })]))
            {
                await desk.Out.WriteLineAsync(line);
            }
        }
        return findings.Any(found => found.Health == Health.Bad) ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static string Mark(Health health) => health switch
    {
        Health.Good => "ok",
        Health.Warning => "warn",
        Health.Bad => "BAD",
        _ => throw new ArgumentOutOfRangeException(nameof(health), health, "no such health"),
    };
}
