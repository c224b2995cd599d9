using System.Globalization;
using MlxActors.Generation;

namespace MlxActors.Web.OpenAi.Contracts;

/// <summary>Tells a client that a summary stands for messages of its conversation.</summary>
internal static class SummaryHeader
{
    private const string Name = "x-context-summarized";

    /// <summary>Sets the header, to the number of messages, by an event that knows it; nothing once the response has started.</summary>
    public static void SetSummary(this HttpResponse response, GenerationEvent happened)
    {
        int? messages = happened switch
        {
            GenerationEvent.Summarizing summarizing => summarizing.Messages,
            GenerationEvent.Started { Summary: { } summary } => summary.Messages,
            _ => null,
        };
        if (messages is { } count && !response.HasStarted)
        {
            response.Headers[Name] = count.ToString(CultureInfo.InvariantCulture);
        }
    }
}
