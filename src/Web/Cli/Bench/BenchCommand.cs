using System.CommandLine;
using System.CommandLine.Parsing;
using MlxActors.Actors.Hosting;
using MlxActors.Models;
using MlxActors.Models.Synthesis;
using MlxActors.Native.Metering;
using MlxActors.Native.Results;
using MlxActors.Web.Hosting;

namespace MlxActors.Web.Cli.Bench;

/// <summary><c>bench</c>: how fast a model reads prompts and generates here, beside what the machine can do at most.</summary>
internal static class BenchCommand
{
    public static Command Create(Desk desk)
    {
        var command = new Command(
            "bench", "Measure how fast a model reads prompts and generates on this machine, without the server around it.")
        {
            BenchOptions.Model, BenchOptions.Shape, BenchOptions.Prompt, BenchOptions.Generate, BenchOptions.Depth, BenchOptions.Batch,
            BenchOptions.Repetitions, BenchOptions.Operations, EngineOptions.Threads, EngineOptions.Mode, EngineOptions.Backend,
            BenchOptions.CacheFolder, CommonOptions.Json, CommonOptions.ConfigFile,
        };
        command.Validators.Add(CheckSubject);
        command.SetAction((parsed, _) => RunAsync(parsed, desk));
        return command;
    }

    private static void CheckSubject(CommandResult result)
    {
        if (result.GetResult(BenchOptions.Model) is null == result.GetResult(BenchOptions.Shape) is null)
        {
            result.AddError($"Say what to measure: --model MODEL, or --shape {string.Join('|', SyntheticCheckpoint.Shapes)}.");
        }
    }

    private static Task<int> RunAsync(ParseResult parsed, Desk desk)
    {
        var options = new ServeOptions(
            null, null, null,
            parsed.GetValue(EngineOptions.Backend), parsed.GetValue(EngineOptions.Mode), parsed.GetValue(EngineOptions.Threads), null);
        var plan = desk.Configure(parsed.GetValue(CommonOptions.ConfigFile), options.ToHocon()).Bind(hocon =>
            ServerSettings.Read(hocon, desk.Surroundings).Bind(server =>
            EngineSettings.Read(hocon, desk.Surroundings.Variable).Bind(engine =>
            MlxActorsSettings.From(hocon, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes).Bind(actors =>
            Tests(parsed).Map(tests => new BenchPlan(server, engine, actors.PrefillChunk, tests))))));
        return plan.Match(found => RunAsync(parsed, found, desk), error => desk.FailAsync(error, ExitCodes.Usage));
    }

    private static async Task<int> RunAsync(ParseResult parsed, BenchPlan plan, Desk desk)
    {
        using var interruption = new Interruption();
        try
        {
            var subject = await SubjectAsync(parsed, plan, desk, interruption.Token);
            return await subject.Bind(found => Measure(found, parsed, plan, desk, interruption.Token)).Match(
                report => WriteAsync(report, parsed.GetValue(CommonOptions.Json), desk),
                error => desk.FailAsync(error));
        }
        catch (OperationCanceledException)
        {
            return await desk.FailAsync("Interrupted.", interruption.ExitCode);
        }
    }

    private static async Task<Result<Subject, string>> SubjectAsync(
        ParseResult parsed, BenchPlan plan, Desk desk, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(BenchOptions.Model) is { } model)
        {
            return Named(model, plan.Server.Catalog);
        }
        var shape = parsed.GetValue(BenchOptions.Shape)!;
        var shapes = new ShapeFolder(parsed.GetValue(BenchOptions.CacheFolder) ?? ShapeFolder.DefaultRoot(desk.Surroundings), desk);
        return (await shapes.ProvideAsync(shape, SyntheticCheckpoint.OfShape(shape)!, cancellationToken))
            .Map(folder => new Subject(shape, folder));
    }

    // A folder needs no more than a config and weights.
    private static Result<Subject, string> Named(string model, ModelCatalog catalog) => catalog.Resolve(model).Match(
        location => Result.Ok<Subject, string>(new Subject(location.Id, location.Directory)),
        reason => Directory.Exists(model)
            ? Result.Ok<Subject, string>(new Subject(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model))), model))
            : Result.Error<Subject, string>($"The model '{model}' was not found: {reason}"));

    private static Result<BenchReport, string> Measure(
        Subject subject, ParseResult parsed, BenchPlan plan, Desk desk, CancellationToken cancellationToken)
    {
        using var backend = new MeteredBackend(plan.Engine.Open());
        return ModelLoader.LoadModel(subject.Folder, backend, cancellationToken)
            .MapError(error => error.Message)
            .Bind(model =>
            {
                using (model)
                {
                    return Fit(plan.Tests, model.Info).Map(tests =>
                    {
                        var machine = plan.Engine.Limits();
                        var runner = new BenchRunner(model, backend, plan.Chunk);
                        var results = tests.Select(test => Run(runner, test, parsed, desk, cancellationToken)).ToList();
                        return new BenchReport(
                            subject.Name, subject.Folder, ModelRow.Files(subject.Folder).Sum(file => file.Bytes), plan.Engine.Kind,
                            plan.Engine.Cpu.Mode, machine is null ? null : plan.Engine.Cpu.Threads, plan.Chunk, machine, results);
                    });
                }
            });
    }

    private static Result<IReadOnlyList<BenchTest>, string> Tests(ParseResult parsed)
    {
        var tests = BenchTest.All(
            parsed.GetRequiredValue(BenchOptions.Prompt),
            parsed.GetRequiredValue(BenchOptions.Generate),
            parsed.GetRequiredValue(BenchOptions.Depth),
            parsed.GetRequiredValue(BenchOptions.Batch)).ToList();
        return tests.Count > 0
            ? Result.Ok<IReadOnlyList<BenchTest>, string>(tests)
            : Result.Error<IReadOnlyList<BenchTest>, string>("There is nothing to measure: --prompt and --generate are both 0.");
    }

    private static Result<IReadOnlyList<BenchTest>, string> Fit(IReadOnlyList<BenchTest> tests, ModelInfo info) =>
        tests.FirstOrDefault(test => test.Depth + test.Tokens > info.ContextWindow) is { } longest
            ? Result.Error<IReadOnlyList<BenchTest>, string>(
                $"{longest.Name} takes {longest.Depth + longest.Tokens} tokens, and the model's window has {info.ContextWindow}.")
            : Result.Ok<IReadOnlyList<BenchTest>, string>(tests);

    private static BenchResult Run(BenchRunner runner, BenchTest test, ParseResult parsed, Desk desk, CancellationToken cancellationToken)
    {
        desk.Error.WriteLine($"{test.Name} …");
        return runner.Run(
            test, parsed.GetRequiredValue(BenchOptions.Repetitions), parsed.GetValue(BenchOptions.Operations), cancellationToken);
    }

    private static async Task<int> WriteAsync(BenchReport report, bool asJson, Desk desk)
    {
        await desk.Out.WriteLineAsync(asJson ? CliJson.Of(report.ToJson()) : string.Join(Environment.NewLine, report.Lines()));
        return ExitCodes.Success;
    }

    /// <param name="Chunk">Tokens of a prompt that the server would read in a step.</param>
    private sealed record BenchPlan(ServerSettings Server, EngineSettings Engine, int Chunk, IReadOnlyList<BenchTest> Tests);

    /// <param name="Name">As the report shows it.</param>
    private sealed record Subject(string Name, string Folder);
}
