namespace MlxActors.Web.Cli.Chat;

/// <summary>What the user typed.</summary>
internal abstract record ChatLine
{
    private ChatLine()
    {
    }

    public sealed record Say(string Text) : ChatLine;

    /// <summary>An image that goes with the next message.</summary>
    public sealed record Image(string Path) : ChatLine;

    /// <summary>What the model is told before the conversation, which begins anew.</summary>
    public sealed record SetSystem(string Text) : ChatLine;

    /// <param name="Name">Null asks which there are.</param>
    public sealed record Model(string? Name) : ChatLine;

    public sealed record Clear : ChatLine;

    public sealed record Help : ChatLine;

    public sealed record Quit : ChatLine;

    public sealed record Nothing : ChatLine;

    public sealed record Unknown(string Command) : ChatLine;

    public static ChatLine Parse(string line)
    {
        var text = line.Trim();
        if (!text.StartsWith('/'))
        {
            return text.Length == 0 ? new Nothing() : new Say(text);
        }
        var (command, rest) = text.Split(' ', 2) is [var first, var after] ? (first, after.Trim()) : (text, "");
        return (command, rest) switch
        {
            ("/image", { Length: > 0 }) => new Image(rest),
            ("/system", _) => new SetSystem(rest),
            ("/model", "") => new Model(null),
            ("/model", _) => new Model(rest),
            ("/clear", "") => new Clear(),
            ("/help" or "/?", "") => new Help(),
            ("/quit" or "/exit" or "/bye", "") => new Quit(),
            _ => new Unknown(text),
        };
    }
}
