using System.CommandLine;
using MlxActors.Native.Results;
using MlxActors.Web.Cli.Chat;

namespace MlxActors.Web.Cli;

/// <summary><c>run</c>: a chat in the terminal, with a server that runs.</summary>
internal static class RunCommand
{
    private static readonly Argument<string?> Model = new("model")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Alias or repository id; the server's default without it.",
        HelpName = "MODEL",
    };

    private static readonly Option<string?> ServerAddress = new("--server")
    {
        Description = "Where the server runs (default: the configured address of this machine).",
        HelpName = "URL",
    };

    public static Command Create(Desk desk)
    {
        var command = new Command(
            "run", "Chat in the terminal with a running server; /image PATH shows it an image, /help lists the other commands.")
        {
            Model, ServerAddress, CommonOptions.ConfigFile,
        };
        command.SetAction((parsed, _) => Address(parsed, desk).Match(
            address => ChatAsync(address, parsed.GetValue(Model), desk),
            error => desk.FailAsync(error, ExitCodes.Usage)));
        return command;
    }

    private static Result<Uri, string> Address(ParseResult parsed, Desk desk) => parsed.GetValue(ServerAddress) is { } named
        ? Uri.TryCreate(named.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? Result.Ok<Uri, string>(uri)
            : Result.Error<Uri, string>($"'{named}' is no http or https address.")
        : desk.Settings(parsed.GetValue(CommonOptions.ConfigFile)).Map(settings => new Uri($"http://{settings.Address}/"));

    private static async Task<int> ChatAsync(Uri address, string? model, Desk desk)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        var client = new ChatClient(http);
        try
        {
            await client.ModelsAsync(CancellationToken.None);
        }
        catch (HttpRequestException e)
        {
            return await desk.FailAsync($"No server answers at {address} ({e.Message}). Start one with `serve`, or name it with --server.");
        }
        using var answering = new Answering();
        return await new ChatSession(client, model, desk, answering).RunAsync();
    }
}
