namespace MlxActors.Gateway.Processes.Requests;

/// <summary>How a request ended, as its client saw it.</summary>
internal abstract record Ending
{
    private Ending()
    {
    }

    /// <summary>With a whole answer.</summary>
    /// <param name="CachedTokens">Tokens of the prompt that need not be read again.</param>
    public sealed record Answered(string Text, int PromptTokens, int CachedTokens, int CompletionTokens) : Ending;

    /// <summary>With an error in OpenAI's shape.</summary>
    /// <param name="Status">200 when the stream had begun.</param>
    public sealed record Errored(int Status, string Type, string? Code) : Ending;

    /// <summary>In no way that a client could make sense of.</summary>
    public sealed record Broken(string Why) : Ending;
}
