using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;

namespace MlxActors.Web.Cli;

/// <summary>The arguments of <c>serve</c>, which the bare program takes too.</summary>
internal static class ServeArguments
{
    private static readonly Argument<string?> ModelArgument = new("model")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Alias, repository id or folder of the model (default: gemma when it is cached, else demo). "
            + "A repository that is not in the cache is downloaded first.",
        HelpName = "MODEL",
    };

    private static readonly Option<string?> Model = new("--model", "-m") { Description = "The model, as an option.", HelpName = "MODEL" };

    private static readonly Option<int?> Port = new("--port", "-p")
    {
        Description = "Port to listen on (default: 1234); 0 takes a free one.",
        HelpName = "N",
    };

    private static readonly Option<string?> Host = new("--host")
    {
        Description = "Address to listen on (default: 127.0.0.1). One that other machines reach, such as 0.0.0.0, needs MLXACTORS_API_KEY.",
        HelpName = "ADDRESS",
    };

    private static readonly Option<string?> Backend = new("--backend") { Description = "What computes.", HelpName = "auto|mlx|cpu" };

    private static readonly Option<string?> Mode = new("--mode")
    {
        Description = "fast (the default): 8-bit activations; exact: float32 throughout.",
        HelpName = "exact|fast",
    };

    private static readonly Option<int?> Threads = new("--threads")
    {
        Description = "Threads of the CPU engine (default: one per processor).",
        HelpName = "N",
    };

    private static readonly Option<bool> LogJson = new("--log-json") { Description = "Log an object a line." };

    private static readonly Option<string?> LogLevel = new("--log-level")
    {
        Description = "The least that is logged.",
        HelpName = "trace|debug|info|warning|error",
    };

    static ServeArguments()
    {
        LogLevel.AcceptOnlyFromAmong("trace", "debug", "info", "warning", "error");
        Backend.AcceptOnlyFromAmong("auto", "mlx", "cpu");
        Mode.AcceptOnlyFromAmong("exact", "fast");
        Port.Validators.Add(result => Within(result, IPEndPoint.MinPort, IPEndPoint.MaxPort));
        Threads.Validators.Add(result => Within(result, 1, 1024));
    }

    public static T AddTo<T>(T command, Func<ServeOptions, Task<int>> serve)
        where T : Command
    {
        command.Add(ModelArgument);
        foreach (var option in new Option[] { Model, Port, Host, Backend, Mode, Threads, LogJson, LogLevel, CommonOptions.ConfigFile })
        {
            command.Add(option);
        }
        command.Validators.Add(CheckModel);
        command.SetAction((parsed, _) => serve(Options(parsed)));
        return command;
    }

    private static void CheckModel(CommandResult result)
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
    }

    private static void Within(OptionResult result, int least, int most)
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
        parsed.GetValue(CommonOptions.ConfigFile))
    {
        LogJson = parsed.GetValue(LogJson),
        LogLevel = parsed.GetValue(LogLevel),
    };
}
