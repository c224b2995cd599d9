using System.Collections.Immutable;
using MlxActors.Http.Access;
using MlxActors.Http.Metrics;

namespace MlxActors.Gateway.Endpoints;

internal static class GatewayRoutes
{
    /// <param name="manageKeys">Asked for where nodes are managed; empty: the API's.</param>
    /// <param name="openMetrics">Whether they ask for no key.</param>
    public static void MapGateway(this IEndpointRouteBuilder routes, ImmutableArray<string> manageKeys, bool openMetrics)
    {
        routes.MapApi("/v1");
        routes.MapApi("");
        var nodes = routes.MapGroup("/gateway/nodes");
        nodes.MapGet("", (HttpContext context, NodeList nodes) => nodes.ListAsync(context));
        nodes.MapPost("", (HttpContext context, NodeList nodes) => nodes.AddAsync(context));
        nodes.MapDelete("", (HttpContext context, NodeList nodes) => nodes.RemoveAsync(context));
        if (!manageKeys.IsEmpty)
        {
            nodes.WithMetadata(new OwnKeys(manageKeys));
        }
        routes.MapGet("/health", (HttpContext context, GatewayHealth health) => health.HandleAsync(context))
            .WithMetadata(OpenToAll.Instance);
        var metrics = routes.MapGet("/metrics", (MetricStore store) => Results.Text(store.Scrape(), PrometheusText.ContentType))
            .DisableHttpMetrics();
        if (openMetrics)
        {
            metrics.WithMetadata(OpenToAll.Instance);
        }
    }

    /// <summary>What a server has under <c>/v1</c> and without.</summary>
    private static void MapApi(this IEndpointRouteBuilder routes, string prefix)
    {
        routes.MapPost($"{prefix}/chat/completions", (HttpContext context, ForwardedRoutes forwarded) => forwarded.GenerateAsync(context));
        routes.MapPost($"{prefix}/completions", (HttpContext context, ForwardedRoutes forwarded) => forwarded.GenerateAsync(context));
        routes.MapPost($"{prefix}/responses", (HttpContext context, ForwardedRoutes forwarded) => forwarded.CreateResponseAsync(context));
        routes.MapMethods($"{prefix}/responses/{{id}}", [HttpMethods.Get, HttpMethods.Delete], ToHolder);
        routes.MapGet($"{prefix}/responses/{{id}}/input_items", ToHolder);
        routes.MapPost($"{prefix}/responses/{{id}}/cancel", ToHolder);
        routes.MapPost($"{prefix}/tokenize", (HttpContext context, ForwardedRoutes forwarded) => forwarded.ToAnyWithModelAsync(context));
        routes.MapPost($"{prefix}/detokenize", (HttpContext context, ForwardedRoutes forwarded) => forwarded.ToAnyWithModelAsync(context));
        routes.MapGet($"{prefix}/models", (HttpContext context, ModelList models) => models.ListAsync(context));
        routes.MapGet($"{prefix}/models/{{**id}}", (string id, HttpContext context, ModelList models) => models.GetAsync(context, id));
    }

    private static Task ToHolder(string id, HttpContext context, ForwardedRoutes forwarded) => forwarded.ToHolderAsync(context, id);
}
