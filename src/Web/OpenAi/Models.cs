using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;
using MlxActors.Models;

namespace MlxActors.Web.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>: what is on this machine.</summary>
/// <param name="started">The model that the server was started with.</param>
internal sealed class Models(ModelCatalog catalog, ModelLocation started)
{
    public Task ListAsync(HttpContext context) => context.Response.WriteJsonAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var model in catalog.List())
        {
            Write(json, model);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <param name="id">Any name of the model; the answer carries its id.</param>
    public Task GetAsync(string id, HttpContext context) => catalog.Resolve(id).Match(
        location => context.Response.WriteJsonAsync(json => Write(json, catalog.Describe(location))),
        reason => context.Response.WriteAsync(new ApiError(
            StatusCodes.Status404NotFound, $"The model '{id}' was not found: {reason}", "model", "model_not_found")));

    private void Write(Utf8JsonWriter json, ListedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Location.Id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, CreatedOf(model.Location).ToUnixTimeSeconds());
        json.WriteString("owned_by"u8, OwnerOf(model.Location.Id));
        json.WriteString("family"u8, model.Card.Family);
        if (model.Card.ContextWindow is { } window)
        {
            json.WriteNumber("context_window"u8, window);
        }
        else
        {
            json.WriteNull("context_window"u8);
        }
        WriteNames(json, "capabilities", NamesOf(model.Card.Capabilities));
        WriteNames(json, "aliases", model.Aliases);
        json.WriteBoolean("default"u8, model.Location == started);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string field, IEnumerable<string> names)
    {
        json.WriteStartArray(field);
        foreach (var name in names)
        {
            json.WriteStringValue(name);
        }
        json.WriteEndArray();
    }

    private static DateTimeOffset CreatedOf(ModelLocation location) =>
        new(File.GetLastWriteTimeUtc(Path.Combine(location.Directory, "config.json")));

    // The organisation of a repository; folders and shipped models are this server's own.
    private static string OwnerOf(string id) => id.Split('/') is [{ Length: > 0 } organisation, _] ? organisation : "local";

    private static IEnumerable<string> NamesOf(Capabilities capabilities) =>
        Enum.GetValues<Capabilities>().Where(value => capabilities.HasFlag(value)).Select(value => value.ToString().ToLowerInvariant());
}
