using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;

namespace MlxActors.Web.Cli;

/// <summary>The arguments of <c>serve</c>, which the bare program takes too.</summary>
internal static class ServeArguments
{
    private static readonly Option<string?> Model = new("--model", "-m") { Description = "The model, as an option.", HelpName = "MODEL" };

    private static readonly Option<int?> Port =
        NumberOption.Optional("--port", "Port to listen on (default: 1234); 0 takes a free one.", IPEndPoint.MinPort, IPEndPoint.MaxPort);

    private static readonly Option<string?> Host = new("--host")
    {
        Description = "Address to listen on (default: 127.0.0.1). One that other machines reach, such as 0.0.0.0, needs MLXACTORS_API_KEY.",
        HelpName = "ADDRESS",
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
        Port.Aliases.Add("-p");
    }

    public static T AddTo<T>(T command, Func<ServeOptions, Task<int>> serve)
        where T : Command
    {
        var model = ModelArgument();
        command.Add(model);
        Option[] options =
        [
            Model, Port, Host, EngineOptions.Backend, EngineOptions.Mode, EngineOptions.Threads, LogJson, LogLevel,
            CommonOptions.ConfigFile,
        ];
        foreach (var option in options)
        {
            command.Add(option);
        }
        command.Validators.Add(result => CheckModel(result, model));
        command.SetAction((parsed, _) => serve(Options(parsed, model)));
        return command;
    }

    // One for each command: the bare program's is not shown in the help of the others.
    private static Argument<string?> ModelArgument() => new("model")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Alias, repository id or folder of the model (default: gemma when it is cached, else demo). "
            + "A repository that is not in the cache is downloaded first.",
        HelpName = "MODEL",
    };

    private static void CheckModel(CommandResult result, Argument<string?> model)
    {
        var argument = result.GetValue(model);
        if (argument?.StartsWith('-') == true)
        {
            result.AddError($"Unknown option '{argument}'.");
        }
        else if (argument is not null && result.GetValue(Model) is not null)
        {
            result.AddError("Name the model once: as an argument or with --model.");
        }
    }

    private static ServeOptions Options(ParseResult parsed, Argument<string?> model) => new(
        parsed.GetValue(Model) ?? parsed.GetValue(model),
        parsed.GetValue(Host),
        parsed.GetValue(Port),
        parsed.GetValue(EngineOptions.Backend),
        parsed.GetValue(EngineOptions.Mode),
        parsed.GetValue(EngineOptions.Threads),
        parsed.GetValue(CommonOptions.ConfigFile))
    {
        LogJson = parsed.GetValue(LogJson),
        LogLevel = parsed.GetValue(LogLevel),
    };
}
