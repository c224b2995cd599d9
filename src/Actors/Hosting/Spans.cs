using System.Diagnostics;

namespace MlxActors.Actors.Hosting;

/// <summary>
/// The spans of requests. A generation's own, <c>chat MODEL</c>, lies under the HTTP request's, and the phases under it. Nothing is made
/// while nobody listens.
/// </summary>
public static class Spans
{
    public const string SourceName = "MlxActors";

    internal const string Queue = "queue";
    internal const string Load = "load";
    internal const string Prepare = "prepare";

    /// <summary><see cref="Prepare"/> with media in the prompt: to decode them takes nearly all of it.</summary>
    internal const string Media = "media";

    internal const string Prefill = "prefill";
    internal const string Decode = "decode";

    /// <summary>After the end.</summary>
    internal const string None = "";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A span that becomes nobody's current one: an actor's thread goes on to the messages of others.</summary>
    internal static Activity? Start(string name, ActivityContext parent, DateTimeOffset at)
    {
        if (!Source.HasListeners())
        {
            return null;
        }
        var current = Activity.Current;
        Activity.Current = null;
        try
        {
            return Source.StartActivity(name, ActivityKind.Internal, parent, startTime: at);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <param name="errorType">Null: it went well.</param>
    internal static void End(Activity span, DateTimeOffset at, string? errorType, string? description)
    {
        if (errorType is not null)
        {
            span.SetTag("error.type", errorType).SetStatus(ActivityStatusCode.Error, description);
        }
        span.SetEndTime(at.UtcDateTime);
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }
}
