using System.Globalization;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>How a kept response is asked for.</summary>
/// <param name="Stream">As the events that it came with.</param>
/// <param name="After">The number of the last event that is already there; -1: none is.</param>
internal readonly record struct ReplayPlan(bool Stream, int After)
{
    public static Result<ReplayPlan, ApiError> Read(IQueryCollection query)
    {
        var (stream, after) = (query["stream"].FirstOrDefault() ?? "false", query["starting_after"].FirstOrDefault());
        var number = -1;
        return stream is not ("true" or "false") ? Faults.NotOneOf("stream", stream, ["true", "false"])
            : after is not null && !int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                ? Faults.Invalid("starting_after", "expected the number of an event.")
            : new ReplayPlan(stream == "true", number);
    }
}
