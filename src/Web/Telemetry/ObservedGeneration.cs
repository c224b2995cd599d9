using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.Features;
using MlxActors.Generation;
using MlxActors.Web.Engine;

namespace MlxActors.Web.Telemetry;

internal static class ObservedGeneration
{
    /// <summary>
    /// The events of all answers to an HTTP request, which they carry the id and the span of. They end when its client goes away.
    /// </summary>
    public static IAsyncEnumerable<ChoiceEvent> GenerateAsync(
        this SupervisorClient supervisor, ImmutableArray<GenerationRequest> requests, HttpContext context)
    {
        var record = context.Features.GetRequiredFeature<RequestRecord>();
        var parent = context.Features.Get<IHttpActivityFeature>()?.Activity.Context ?? default;
        record.Begin([.. requests.Select(request => request with { Id = request.Id with { Origin = record.Id }, Parent = parent })]);
        return supervisor.GenerateAsync(record.Requests, context.RequestAborted).Select(record.Note);
    }
}
