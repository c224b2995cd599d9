using MlxActors.Actors.Hosting;
using MlxActors.Http.Json;
using MlxActors.Http.Nodes;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;

namespace MlxActors.Web.OpenAi;

/// <summary><c>GET /health</c>: 200 only when the engine answers a ping within its deadline, and requests can be served at once.</summary>
internal sealed class Health(SupervisorClient supervisor, StatusBoard board, IHostApplicationLifetime lifetime)
{
    private const string Ok = "ok";

    /// <summary>Without asking anybody; null until there is something to say.</summary>
    public NodeReport? Latest => Now(board.Latest) is { } status ? Report(Judge(status), status) : null;

    public async Task HandleAsync(HttpContext context)
    {
        var answered = Now(await supervisor.GetHealthAsync(context.RequestAborted));
        var report = Report(Judge(answered), answered ?? Now(await supervisor.GetStatusAsync(context.RequestAborted)));
        context.Response.StatusCode = report.Status == Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = JsonResponses.ContentType;
        await context.Response.WriteAsync(report.ToJson(), context.RequestAborted);
    }

    // Requests may be refused because the server stops before the supervisor has heard of it: the refusal must not say otherwise.
    private Status? Now(Status? status) => lifetime.ApplicationStopping.IsCancellationRequested && status is { State: not State.Dead }
        ? status with { State = State.Stopping }
        : status;

    private NodeReport Report(string word, Status? status) => new(
        word,
        status is null ? null : NameOf(status.State),
        status?.Model,
        status?.Running ?? 0,
        status?.Waiting ?? 0,
        supervisor.MostChoices,
        status?.KvFreeBytes,
        status?.LastLoadError);

    // Empty is healthy (a model is loaded on demand), unless that is because the last load failed. A server that goes down drains: it
    // takes nothing new, other than one that drains a model to load the next.
    private static string Judge(Status? status) => status switch
    {
        null => "unresponsive",
        { State: State.Empty, LastLoadError: not null } => "failed",
        { State: State.Empty or State.Ready } => Ok,
        { State: State.Draining } => "swapping",
        { State: State.Stopping } => NodeReport.Draining,
        { State: var state } => NameOf(state),
    };

    private static string NameOf(State state) => state.ToString().ToLowerInvariant();
}
