using System.Text.Json;
using MlxActors.Gateway.Nodes;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;

namespace MlxActors.Gateway.Endpoints;

/// <summary>
/// <c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>: the models of all nodes, each as the first node that has it lists it, with the
/// nodes that have it, and those that have it loaded.
/// </summary>
internal sealed class ModelList(NodeTable table)
{
    public Task ListAsync(HttpContext context) => context.Response.WriteJsonAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in Models())
        {
            Write(json, model);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <param name="id">Any name of the model.</param>
    public Task GetAsync(HttpContext context, string id) =>
        Models().FirstOrDefault(places => places.Any(place => place.Model.IsCalled(id))) is { } found
            ? context.Response.WriteJsonAsync(json => Write(json, found))
            : context.Response.WriteAsync(new ApiError(
                StatusCodes.Status404NotFound, $"The model '{id}' was not found: no node has it.", "model", "model_not_found"));

    private IEnumerable<IGrouping<string, Place>> Models() => table.Nodes
        .Where(node => node.TakesRequests)
        .SelectMany(node => node.Models.Select(model => new Place(node, model)))
        .GroupBy(place => place.Model.Id, StringComparer.Ordinal);

    private static void Write(Utf8JsonWriter json, IGrouping<string, Place> places)
    {
        json.WriteStartObject();
        foreach (var field in places.First().Model.Listing.EnumerateObject())
        {
            if (field.NameEquals("default"u8))
            {
                json.WriteBoolean("default"u8, places.Any(place => place.Model.IsDefault));
            }
            else
            {
                field.WriteTo(json);
            }
        }
        WriteNames(json, "nodes"u8, places);
        WriteNames(json, "loaded_on"u8, places.Where(place => place.Node.Holds == place.Model.Id));
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, ReadOnlySpan<byte> field, IEnumerable<Place> places)
    {
        json.WriteStartArray(field);
        foreach (var place in places)
        {
            json.WriteStringValue(place.Node.Name);
        }
        json.WriteEndArray();
    }

    private sealed record Place(NodeState Node, NodeModel Model);
}
