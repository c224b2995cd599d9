namespace MlxActors.Http.Logging;

/// <summary>How a request's id travels with its log lines.</summary>
internal static class LogScope
{
    private const string RequestId = "RequestId";

    public static KeyValuePair<string, object?>[] Of(string requestId) => [new(RequestId, requestId)];

    /// <summary>The id of the innermost scope that has one; null outside of requests.</summary>
    public static string? RequestIdOf(IExternalScopeProvider? scopes)
    {
        var found = new string?[1];
        scopes?.ForEachScope(
            static (scope, found) =>
            {
                if (scope is KeyValuePair<string, object?>[] and [{ Key: RequestId, Value: string id }])
                {
                    found[0] = id;
                }
            },
            found);
        return found[0];
    }
}
