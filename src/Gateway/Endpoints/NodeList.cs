using System.Text.Json;
using MlxActors.Gateway.Nodes;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;

namespace MlxActors.Gateway.Endpoints;

/// <summary><c>/gateway/nodes</c>: which nodes there are; one more, or one less, without a stream being dropped.</summary>
internal sealed class NodeList(NodeTable table, NodePoller poller)
{
    private const string UrlField = "url";

    public Task ListAsync(HttpContext context) => context.Response.WriteJsonAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var node in table.Nodes)
        {
            Write(json, node);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    public async Task AddAsync(HttpContext context)
    {
        if (NodeAddress.Parse(await UrlOfAsync(context.Request)) is not { } address)
        {
            await context.Response.WriteAsync(ApiError.BadRequest(
                "Expected {\"url\": \"http://HOST:PORT\"}, the address of a node.", UrlField, "invalid_value"));
            return;
        }
        var isNew = table.Add(address, "api");
        await poller.AskAsync(address, context.RequestAborted);
        if (table.Find(address.Url) is { } node)
        {
            context.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
            await context.Response.WriteJsonAsync(json => Write(json, node));
        }
        else
        {
            await context.Response.WriteAsync(NotFound(address.Url));
        }
    }

    public Task RemoveAsync(HttpContext context)
    {
        var url = context.Request.Query[UrlField].ToString();
        return table.Remove(NodeAddress.Parse(url)?.Url ?? url) is { } leaving
            ? context.Response.WriteJsonAsync(json => Write(json, leaving))
            : context.Response.WriteAsync(NotFound(url));
    }

    private static async Task<string?> UrlOfAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, default, request.HttpContext.RequestAborted);
            return body.RootElement.GetProperty(UrlField).GetString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, NodeState node)
    {
        json.WriteStartObject();
        json.WriteString(UrlField, node.Name);
        json.WriteString("source"u8, node.Source);
        json.WriteString("state"u8, node.IsLeaving ? "leaving" : node.TakesRequests ? "in" : "out");
        json.WriteString("why"u8, node.Health.Why ?? (node.TakesRequests ? null : node.Report?.Status));
        json.WriteString("model"u8, node.Holds);
        json.WriteNumber("in_flight"u8, node.Own);
        WriteNumber(json, "running"u8, node.Report?.Running);
        WriteNumber(json, "waiting"u8, node.Report?.Waiting);
        WriteNumber(json, "batch"u8, node.Report?.Batch);
        WriteNumber(json, "kv_free_bytes"u8, node.Report?.KvFreeBytes);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> field, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(field, number);
        }
        else
        {
            json.WriteNull(field);
        }
    }

    private static ApiError NotFound(string url) =>
        new(StatusCodes.Status404NotFound, $"There is no node '{url}'.", UrlField, "node_not_found");
}
