using System.CommandLine;
using System.CommandLine.Parsing;

namespace MlxActors.Web.Cli;

/// <summary>The arguments of <c>serve</c>, which the bare program takes too.</summary>
internal static class ServeArguments
{
    private static readonly Option<string?> Model = new("--model", "-m") { Description = "The model, as an option.", HelpName = "MODEL" };

    public static T AddTo<T>(T command, Func<ServeOptions, Task<int>> serve)
        where T : Command
    {
        var model = ModelArgument();
        command.Add(model);
        Option[] options =
        [
            Model, ListeningOptions.Port, ListeningOptions.Host, EngineOptions.Backend, EngineOptions.Mode, EngineOptions.Threads,
            ListeningOptions.LogJson, ListeningOptions.LogLevel, CommonOptions.ConfigFile,
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
        parsed.GetValue(ListeningOptions.Host),
        parsed.GetValue(ListeningOptions.Port),
        parsed.GetValue(EngineOptions.Backend),
        parsed.GetValue(EngineOptions.Mode),
        parsed.GetValue(EngineOptions.Threads),
        parsed.GetValue(CommonOptions.ConfigFile))
    {
        LogJson = parsed.GetValue(ListeningOptions.LogJson),
        LogLevel = parsed.GetValue(ListeningOptions.LogLevel),
    };
}
