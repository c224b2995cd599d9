using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlxActors.Http.Nodes;

/// <summary>
/// What a node says of itself in compact JSON: the body of its <c>/health</c>, and the header <see cref="Header"/> of each of its answers to
/// a gateway.
/// </summary>
/// <param name="Status">
/// <c>ok</c> when requests can be served at once, else the reason why not: <see cref="Draining"/>, <c>loading</c>, <c>swapping</c>,
/// <c>restarting</c>, <c>failed</c>, <c>dead</c>, <c>unresponsive</c>.
/// </param>
/// <param name="State">
/// Of the one that owns the model: <c>empty</c>, <c>loading</c>, <c>ready</c>, <c>draining</c> (before a swap), <c>stopping</c>,
/// <c>restarting</c>, <c>dead</c>; null when it does not say.
/// </param>
/// <param name="Model">Id of the model that is loaded, being loaded, or drained; null when none is.</param>
/// <param name="Running">Answers that are being generated.</param>
/// <param name="Waiting">Requests that wait for a model or for room.</param>
/// <param name="Batch">Answers that can be generated at once.</param>
/// <param name="KvFreeBytes">What is left for the keys and values of further answers; null without a limit, or without a model in memory.</param>
/// <param name="LastLoadError">Null unless the last load failed.</param>
internal sealed record NodeReport(
    string Status,
    string? State,
    string? Model,
    int Running,
    int Waiting,
    int? Batch,
    long? KvFreeBytes,
    string? LastLoadError)
{
    /// <summary>On each answer to a request that carries it too.</summary>
    public const string Header = "X-MlxActors-Node";

    /// <summary>The status of a node that was told to stop: it finishes what it has, and takes nothing new.</summary>
    public const string Draining = "draining";

    public string ToJson() => JsonSerializer.Serialize(this, NodeReportJson.Default.NodeReport);

    /// <returns>Null for what is no report.</returns>
    public static NodeReport? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, NodeReportJson.Default.NodeReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(NodeReport))]
internal sealed partial class NodeReportJson : JsonSerializerContext;
