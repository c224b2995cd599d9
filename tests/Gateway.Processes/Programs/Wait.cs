namespace MlxActors.Gateway.Processes.Programs;

/// <summary>Waiting for what other processes do, which tell nobody.</summary>
internal static class Wait
{
    /// <summary>Upper bound of every wait; a test that meets it has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="look">What is seen, and whether that is what is waited for.</param>
    /// <param name="what">For the error.</param>
    public static async Task<T> UntilAsync<T>(string what, Func<Task<T>> look, Predicate<T> isThere)
    {
        var seen = "nothing";
        using var patience = new CancellationTokenSource(Patience);
        while (!patience.IsCancellationRequested)
        {
            try
            {
                var found = await look();
                if (isThere(found))
                {
                    return found;
                }
                seen = $"{found}";
            }
            catch (HttpRequestException e)
            {
                seen = e.Message;
            }
            await Task.Delay(Pause, CancellationToken.None);
        }
        throw new TimeoutException($"{what}: waited {Patience}, last seen: {seen}");
    }
}
