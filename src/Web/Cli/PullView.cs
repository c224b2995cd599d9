using MlxActors.Models.Hub;
using MlxActors.Web.Hub;
using Spectre.Console;

namespace MlxActors.Web.Cli;

/// <summary>Shows a download: a bar on a terminal, a line now and then elsewhere.</summary>
internal static class PullView
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <param name="pull">Runs the download, and tells what happens.</param>
    public static Task<T> ShowAsync<T>(Desk desk, Func<Action<PullEvent>, Task<T>> pull) =>
        desk.HasScreen ? BarAsync(desk, pull) : LinesAsync(desk, pull);

    private static async Task<T> LinesAsync<T>(Desk desk, Func<Action<PullEvent>, Task<T>> pull)
    {
        var (meter, gate, clock) = (new PullMeter(desk.Download.Clock), new Lock(), desk.Download.Clock);
        var last = clock.GetTimestamp();
        return await pull(happened =>
        {
            lock (gate)
            {
                meter.Add(happened);
                if (Say(happened) is { } words)
                {
                    desk.Error.WriteLine(words);
                    last = clock.GetTimestamp();
                }
                else if (clock.GetElapsedTime(last) >= BetweenLines)
                {
                    desk.Error.WriteLine(meter.Describe());
                    last = clock.GetTimestamp();
                }
            }
        });
    }

    private static Task<T> BarAsync<T>(Desk desk, Func<Action<PullEvent>, Task<T>> pull)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(desk.Error) });
        var meter = new PullMeter(desk.Download.Clock);
        return console.Progress()
            .AutoClear(true)
            .Columns(
                new ProgressBarColumn(),
                new PercentageColumn(),
                new DownloadedColumn { Base = FileSizeBase.Decimal },
                new TransferSpeedColumn { Base = FileSizeBase.Decimal },
                new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask? bar = null;
                return await pull(happened =>
                {
                    meter.Add(happened);
                    if (Say(happened) is { } words)
                    {
                        console.WriteLine(words);
                    }
                    if (happened is PullEvent.Planned(var plan))
                    {
                        // What was here before is no part of the rate.
                        bar = context.AddTask("download", maxValue: Math.Max(1, plan.MissingBytes));
                    }
                    bar?.Value(meter.Brought);
                });
            });
    }

    private static string? Say(PullEvent happened) => happened switch
    {
        PullEvent.Planned(var plan) => Size(plan),
        PullEvent.Waiting(var file) => $"Another program downloads {file.Path}; waiting for it.",
        PullEvent.Retrying(var error, var delay) => $"{error.Message} Trying again in {Math.Ceiling(delay.TotalSeconds)} s.",
        PullEvent.Received => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Size(DownloadPlan plan) => plan.MissingBytes == plan.TotalBytes
        ? $"{plan.Id}: {ByteText.Of(plan.TotalBytes)} in {plan.Files.Length} files"
        : $"{plan.Id}: {ByteText.Of(plan.MissingBytes)} of {ByteText.Of(plan.TotalBytes)} are still to come";
}
