using MlxActors.Gateway.Hosting;
using MlxActors.Gateway.Nodes;
using MlxActors.Http.Json;

namespace MlxActors.Gateway.Endpoints;

/// <summary><c>GET /health</c>: 200 when a node takes requests. Where the nodes are, it does not say: it is open to all.</summary>
internal sealed class GatewayHealth(NodeTable table, Drain drain)
{
    public Task HandleAsync(HttpContext context)
    {
        var nodes = table.Nodes.ToList();
        var available = nodes.Count(node => node.TakesRequests);
        var status = drain.IsDraining ? "stopping" : available == 0 ? "no_nodes" : "ok";
        context.Response.StatusCode = status == "ok" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, status);
            json.WriteNumber("nodes"u8, nodes.Count);
            json.WriteNumber("available"u8, available);
            json.WriteEndObject();
        });
    }
}
