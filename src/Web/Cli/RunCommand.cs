using System.CommandLine;
using System.Net;
using MlxActors.Http.Access;
using MlxActors.Models;
using MlxActors.Web.Cli.Chat;
using MlxActors.Web.Hosting;
using Config = Akka.Configuration.Config;

namespace MlxActors.Web.Cli;

/// <summary><c>run</c>: a chat in the terminal, with the server that runs, or else with the engine in this process.</summary>
internal static class RunCommand
{
    private static readonly Argument<string?> Model = new("model")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Alias or repository id; the default model without it.",
        HelpName = "MODEL",
    };

    private static readonly Option<string?> ServerAddress = new("--server")
    {
        Description = "The server to talk to (default: one at the configured address of this machine, if it runs).",
        HelpName = "URL",
    };

    private static readonly Option<string?> ApiKey = new("--api-key")
    {
        Description = $"What the server asks for (also: {AccessSettings.KeyVariable}).",
        HelpName = "KEY",
    };

    public static Command Create(Desk desk)
    {
        var command = new Command(
            "run",
            "Chat in the terminal, with the server that runs or else without one; /image PATH shows the model an image, "
            + "/help lists the other commands.")
        {
            Model, ServerAddress, ApiKey, CommonOptions.ConfigFile,
        };
        command.SetAction((parsed, _) => parsed.GetValue(ServerAddress) is { } address
            ? WithServerAsync(address, parsed, desk)
            : WithWhatIsThereAsync(parsed, desk));
        return command;
    }

    private static async Task<int> WithServerAsync(string address, ParseResult parsed, Desk desk)
    {
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return await desk.FailAsync($"'{address}' is no http or https address.", ExitCodes.Usage);
        }
        var found = await ServerPartner.FindAsync(uri, GivenKey(parsed, desk));
        return await found.Match(
            server => ChatAsync(server, parsed, desk),
            error => error.StatusCode == HttpStatusCode.Unauthorized
                ? WantsKeyAsync(uri, desk)
                : desk.FailAsync($"No server answers at {uri} ({error.Message}). Start one with `serve`, or leave --server away."));
    }

    private static Task<int> WithWhatIsThereAsync(ParseResult parsed, Desk desk) =>
        desk.Configure(parsed.GetValue(CommonOptions.ConfigFile))
            .Bind(hocon => ServerSettings.Read(hocon, desk.Surroundings).Map(settings => (Hocon: hocon, Settings: settings)))
            .Match(
                configured => WithWhatIsThereAsync(configured.Hocon, configured.Settings, parsed, desk),
                error => desk.FailAsync(error, ExitCodes.Usage));

    private static async Task<int> WithWhatIsThereAsync(Config hocon, ServerSettings settings, ParseResult parsed, Desk desk)
    {
        var address = new Uri($"http://{settings.Listening.Address}/");
        var found = await ServerPartner.FindAsync(address, GivenKey(parsed, desk) ?? settings.Listening.Access.ApiKeys.FirstOrDefault());
        return await found.Match(
            server => ChatAsync(server, parsed, desk),
            error => error.StatusCode == HttpStatusCode.Unauthorized
                ? WantsKeyAsync(address, desk)
                : WithEngineAsync(hocon, settings.Catalog, parsed, desk));
    }

    private static async Task<int> WithEngineAsync(Config hocon, ModelCatalog catalog, ParseResult parsed, Desk desk)
    {
        var model = parsed.GetValue(Model);
        if (model is not null && await ModelPull.EnsureAsync(catalog, model, desk) is { } failed)
        {
            return failed;
        }
        return await MlxEngine.Start(hocon, model, desk.Surroundings).Match(
            engine => ChatAsync(new EnginePartner(engine, catalog), parsed, desk),
            error => desk.FailAsync(error, ExitCodes.Usage));
    }

    private static async Task<int> ChatAsync(IPartner partner, ParseResult parsed, Desk desk)
    {
        await using (partner)
        {
            using var answering = new Answering();
            return await new ChatSession(partner, parsed.GetValue(Model), desk, answering).RunAsync();
        }
    }

    private static string? GivenKey(ParseResult parsed, Desk desk) =>
        parsed.GetValue(ApiKey) ?? (desk.Surroundings.Variable(AccessSettings.KeyVariable) is { Length: > 0 } key ? key : null);

    private static Task<int> WantsKeyAsync(Uri address, Desk desk) => desk.FailAsync(
        $"The server at {address} wants a key: give it with --api-key or {AccessSettings.KeyVariable}.");
}
