using System.Text;
using Microsoft.Extensions.AI;

namespace MlxActors.Web.Cli.Chat;

/// <summary>A conversation at the terminal: a line of the user, an answer as it comes.</summary>
internal sealed class ChatSession(IPartner partner, string? model, Desk desk, Answering answering)
{
    private const string HelpText = """
        /image PATH    an image for the next message
        /system TEXT   what the model is told first; begins anew (without TEXT: nothing)
        /model [NAME]  another model; without NAME: which there are
        /clear         begins anew
        /quit          ends; so does Ctrl-D. Ctrl-C ends an answer
        """;

    private readonly List<ChatMessage> _messages = [];
    private readonly List<string> _images = [];
    private string? _model = model;
    private string _system = "";

    public async Task<int> RunAsync()
    {
        await SayAsync($"You talk to {partner.Name}. Type a message; /help shows the commands.");
        while (true)
        {
            await desk.Error.WriteAsync("> ");
            await desk.Error.FlushAsync();
            if (await desk.In.ReadLineAsync() is not { } line || ChatLine.Parse(line) is not { } typed || typed is ChatLine.Quit)
            {
                return ExitCodes.Success;
            }
            await HandleAsync(typed);
        }
    }

    private Task HandleAsync(ChatLine typed)
    {
        switch (typed)
        {
            case ChatLine.Say(var text):
                return AskAsync(text);
            case ChatLine.Image(var path):
                if (!File.Exists(path))
                {
                    return SayAsync($"There is no file {path}.");
                }
                _images.Add(path);
                return SayAsync($"{Path.GetFileName(path)} goes with the next message.");
            case ChatLine.SetSystem(var text):
                _system = text;
                Begin();
                return SayAsync("A new conversation.");
            case ChatLine.Model(null):
                return ListAsync();
            case ChatLine.Model(var name):
                _model = name;
                return SayAsync($"{name} answers from now on.");
            case ChatLine.Clear:
                Begin();
                return SayAsync("A new conversation.");
            case ChatLine.Help:
                return SayAsync(HelpText);
            case ChatLine.Unknown(var command):
                return SayAsync($"'{command}' is no command; /help shows them.");
            case ChatLine.Nothing or ChatLine.Quit:
                return Task.CompletedTask;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Begin()
    {
        _messages.Clear();
        _images.Clear();
        if (_system.Length > 0)
        {
            _messages.Add(new ChatMessage(ChatRole.System, _system));
        }
    }

    private async Task AskAsync(string text)
    {
        var before = _messages.Count;
        var answer = new StringBuilder();
        try
        {
            _messages.Add(new ChatMessage(ChatRole.User, [.. _images.Select(Image), new TextContent(text)]));
            await foreach (var reply in partner.AskAsync(_model, _messages, answering.Begin()))
            {
                switch (reply)
                {
                    case Reply.Piece(var piece):
                        answer.Append(piece);
                        await desk.Out.WriteAsync(piece);
                        await desk.Out.FlushAsync();
                        break;
                    case Reply.Refused(var message):
                        await SayAsync(message);
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The user has read enough; what came stays in the conversation.
        }
        catch (Exception e) when (e is IOException or HttpRequestException or UnauthorizedAccessException)
        {
            await SayAsync(e.Message);
        }
        finally
        {
            answering.End();
        }
        if (answer.Length == 0)
        {
            // A question without an answer is not part of what is asked next; its images may be.
            _messages.RemoveRange(before, _messages.Count - before);
            return;
        }
        await desk.Out.WriteLineAsync();
        _images.Clear();
        _messages.Add(new ChatMessage(ChatRole.Assistant, answer.ToString()));
    }

    // What kind of image it is, its bytes tell.
    private static AIContent Image(string path) => new DataContent(File.ReadAllBytes(path), "image/*");

    private async Task ListAsync()
    {
        try
        {
            await SayAsync(string.Join(Environment.NewLine, await partner.ModelsAsync(CancellationToken.None)));
        }
        catch (HttpRequestException e)
        {
            await SayAsync(e.Message);
        }
    }

    private Task SayAsync(string text) => desk.Error.WriteLineAsync(text);
}
