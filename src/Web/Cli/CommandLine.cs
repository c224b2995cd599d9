using System.CommandLine;
using System.CommandLine.Invocation;
using MlxActors.Web.Cli.Bench;

namespace MlxActors.Web.Cli;

/// <summary>The command line: a verb and its arguments; without a verb it serves.</summary>
internal static class CommandLine
{
    /// <param name="serve">Runs the server; gives the exit code.</param>
    public static async Task<int> RunAsync(string[] args, Desk desk, Func<ServeOptions, Task<int>> serve)
    {
        var root = Root(desk, serve);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && !IsAsked(args))
        {
            foreach (var error in parsed.Errors)
            {
                await desk.Error.WriteLineAsync(error.Message);
            }
            return await desk.FailAsync("Try --help.", ExitCodes.Usage);
        }

        foreach (var argument in root.Arguments)
        {
            argument.Hidden = parsed.CommandResult.Command != root;
        }

        // The commands handle signals and report failures themselves.
        var invocation = new InvocationConfiguration
        {
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
            Output = desk.Out,
            Error = desk.Error,
        };
        return await parsed.InvokeAsync(invocation);
    }

    // A shell asks with half a command, as [suggest:7] "serve --"; that is no error.
    private static bool IsAsked(string[] args) => args is [var first, ..] && first.StartsWith("[suggest", StringComparison.Ordinal);

    private static RootCommand Root(Desk desk, Func<ServeOptions, Task<int>> serve)
    {
        var root = ServeArguments.AddTo(new RootCommand(
            """
            Serves MLX-format models with an OpenAI-compatible API. Without a command it serves.

            Examples:
              mlxactors                     serve the default model on http://127.0.0.1:1234/v1
              mlxactors gemma --port 8080   serve gemma, and download it first when it is not here
              mlxactors pull qwen           only download
              mlxactors list                what is here
              mlxactors run demo            chat in the terminal
              mlxactors bench -m demo       measure how fast it is here
              mlxactors config > my.conf    every setting, to change; then: mlxactors --config my.conf

            Downloads obey HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE.
            Exit codes: 0 done, 1 failed, 2 asked for wrongly, 130 interrupted.
            """), serve);
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(desk);
        root.Add(ServeArguments.AddTo(new Command("serve", "Serve (the default command)."), serve));
        root.Add(ServeGatewayCommand.Create(desk));
        root.Add(PullCommand.Create(desk));
        root.Add(ListCommand.Create(desk));
        root.Add(ShowCommand.Create(desk));
        root.Add(RemoveCommand.Create(desk));
        root.Add(RunCommand.Create(desk));
        root.Add(BenchCommand.Create(desk));
        root.Add(DoctorCommand.Create(desk));
        root.Add(ConfigCommand.Create(desk));
        root.Add(CompletionsCommand.Create(desk));
        CompletionsCommand.CompleteModels(root, desk);
        return root;
    }

    /// <summary>The version without the commit that the library would put behind it.</summary>
    private sealed class VersionAction(Desk desk) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            desk.Out.WriteLine($"mlxactors {StartupText.Version}");
            return ExitCodes.Success;
        }
    }
}
