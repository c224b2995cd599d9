using System.CommandLine;
using System.Net;

namespace MlxActors.Web.Cli;

/// <summary>The command line: one command so far, which serves.</summary>
internal static class CommandLine
{
    public const int UsageError = 2;

    private static readonly Argument<string?> ModelArgument = new("model")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Alias, repository id or folder of the model (default: gemma when it is cached, else demo).",
    };

    private static readonly Option<string?> Model = new("--model", "-m") { Description = "The same, as an option.", HelpName = "ID" };

    private static readonly Option<int?> Port = new("--port", "-p")
    {
        Description = "Port to listen on; 0 takes a free one.",
        HelpName = "N",
    };

    private static readonly Option<string?> Host = new("--host") { Description = "Address to listen on.", HelpName = "ADDRESS" };

    private static readonly Option<string?> Backend = new("--backend") { Description = "What computes.", HelpName = "cpu" };

    private static readonly Option<string?> Mode = new("--mode")
    {
        Description = "fast: 8-bit activations; exact: float32 throughout.",
        HelpName = "exact|fast",
    };

    private static readonly Option<int?> Threads = new("--threads") { Description = "Threads of the CPU engine.", HelpName = "N" };

    private static readonly Option<string?> ConfigFile = new("--config")
    {
        Description = "A HOCON file above the ones that ship with the server (also: MLXACTORS_CONFIG).",
        HelpName = "FILE",
    };

    /// <param name="serve">Runs the server; gives the exit code.</param>
    public static async Task<int> RunAsync(string[] args, Func<ServeOptions, Task<int>> serve)
    {
        var root = Root();
        root.SetAction((parsed, _) => serve(Options(parsed)));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }
            await Console.Error.WriteLineAsync("Try --help.");
            return UsageError;
        }

        // The host handles signals and reports failures itself.
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        return await parsed.InvokeAsync(invocation);
    }

    private static RootCommand Root()
    {
        Backend.AcceptOnlyFromAmong("cpu");
        Mode.AcceptOnlyFromAmong("exact", "fast");
        Port.Validators.Add(result => Within(result, IPEndPoint.MinPort, IPEndPoint.MaxPort));
        Threads.Validators.Add(result => Within(result, 1, 1024));
        var root = new RootCommand("Serves an MLX-format model with an OpenAI-compatible API.")
        {
            ModelArgument, Model, Port, Host, Backend, Mode, Threads, ConfigFile,
        };
        root.Validators.Add(result =>
        {
            var argument = result.GetValue(ModelArgument);
            if (argument?.StartsWith('-') == true)
            {
                result.AddError($"Unknown option '{argument}'.");
            }
            else if (argument is not null && result.GetValue(Model) is not null)
            {
                result.AddError("Name the model once: as an argument or with --model.");
            }
        });
        return root;
    }

    private static void Within(System.CommandLine.Parsing.OptionResult result, int least, int most)
    {
        // A value that is no number gets its error from the parser.
        if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && (value < least || value > most))
        {
            result.AddError($"{result.Option.Name} must be from {least} to {most}, not {value}.");
        }
    }

    private static ServeOptions Options(ParseResult parsed) => new(
        parsed.GetValue(Model) ?? parsed.GetValue(ModelArgument),
        parsed.GetValue(Host),
        parsed.GetValue(Port),
        parsed.GetValue(Backend),
        parsed.GetValue(Mode),
        parsed.GetValue(Threads),
        parsed.GetValue(ConfigFile));
}
