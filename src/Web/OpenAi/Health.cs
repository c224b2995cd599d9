using MlxActors.Http.Json;
using static MlxActors.Actors.Protocol.ModelSupervisorProtocol;

namespace MlxActors.Web.OpenAi;

/// <summary><c>GET /health</c>: 200 only when the engine answers a ping within its deadline, and requests can be served at once.</summary>
internal sealed class Health(SupervisorClient supervisor)
{
    public async Task HandleAsync(HttpContext context)
    {
        var answered = await supervisor.GetHealthAsync(context.RequestAborted);
        var word = Judge(answered);
        var status = answered ?? await supervisor.GetStatusAsync(context.RequestAborted);
        context.Response.StatusCode = word == "ok" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, word);
            if (status is not null)
            {
                json.WriteString("state"u8, NameOf(status.State));
                json.WriteString("model"u8, status.Model);
                json.WriteNumber("running"u8, status.Running);
                json.WriteNumber("waiting"u8, status.Waiting);
                json.WriteString("last_load_error"u8, status.LastLoadError);
            }
            json.WriteEndObject();
        });
    }

    // Empty is healthy (a model is loaded on demand), unless that is because the last load failed.
    private static string Judge(Status? status) => status switch
    {
        null => "unresponsive",
        { State: State.Empty, LastLoadError: not null } => "failed",
        { State: State.Empty or State.Ready } => "ok",
        { State: var state } => NameOf(state),
    };

    private static string NameOf(State state) => state.ToString().ToLowerInvariant();
}
