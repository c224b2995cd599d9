namespace MlxActors.Web.Tests.Serving;

/// <summary>A stream's lines as they come in, for a client that looks at comments too.</summary>
internal sealed class LineReader(HttpResponseMessage response) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private StreamReader? _reader;

    /// <summary>Reads until a line is as wanted, and gives all lines up to it that are not empty.</summary>
    public async Task<List<string>> UntilAsync(Predicate<string> wanted)
    {
        _reader ??= new StreamReader(await response.Content.ReadAsStreamAsync());
        var lines = new List<string>();
        while (await _reader.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length > 0)
            {
                lines.Add(line);
            }
            if (wanted(line))
            {
                return lines;
            }
        }
        return lines;
    }

    public Task<List<string>> ToEndAsync() => UntilAsync(_ => false);

    public ValueTask DisposeAsync()
    {
        _reader?.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
