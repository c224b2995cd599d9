using MlxActors.Http.Access;
using MlxActors.Http.Metrics;

namespace MlxActors.Web.OpenAi;

internal static class Routes
{
    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        routes.MapApi("/v1");
        routes.MapApi("");
        routes.MapGet("/health", (HttpContext context, Health health) => health.HandleAsync(context)).WithMetadata(OpenToAll.Instance);
        routes.MapApiDocument();
    }

    public static void MapApiDocument(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/openapi.json", () => ApiDocument.Get()).WithMetadata(OpenToAll.Instance);

    /// <param name="isOpen">Whether it asks for no key.</param>
    public static void MapMetrics(this IEndpointRouteBuilder routes, bool isOpen)
    {
        var route = routes.MapGet("/metrics", (MetricStore metrics) => Results.Text(metrics.Scrape(), PrometheusText.ContentType))
            .DisableHttpMetrics();
        if (isOpen)
        {
            route.WithMetadata(OpenToAll.Instance);
        }
    }

    /// <summary>What is there under <c>/v1</c> and without: clients differ in what they take for the base.</summary>
    private static void MapApi(this IEndpointRouteBuilder routes, string prefix)
    {
        routes.MapPost($"{prefix}/chat/completions", (HttpContext context, ChatCompletions chat) => chat.HandleAsync(context));
        routes.MapPost($"{prefix}/completions", (HttpContext context, Completions completions) => completions.HandleAsync(context));
        routes.MapPost($"{prefix}/responses", (HttpContext context, Responses responses) => responses.CreateAsync(context));
        routes.MapGet(
            $"{prefix}/responses/{{id}}", (string id, HttpContext context, Responses responses) => responses.GetAsync(id, context));
        routes.MapDelete(
            $"{prefix}/responses/{{id}}", (string id, HttpContext context, Responses responses) => responses.DeleteAsync(id, context));
        routes.MapGet(
            $"{prefix}/responses/{{id}}/input_items",
            (string id, HttpContext context, Responses responses) => responses.ListInputAsync(id, context));
        routes.MapPost(
            $"{prefix}/responses/{{id}}/cancel", (string id, HttpContext context, Responses responses) => responses.CancelAsync(id, context));
        routes.MapPost($"{prefix}/tokenize", (HttpContext context, Tokens tokens) => tokens.TokenizeAsync(context));
        routes.MapPost($"{prefix}/detokenize", (HttpContext context, Tokens tokens) => tokens.DetokenizeAsync(context));
        routes.MapGet($"{prefix}/models", (HttpContext context, Models models) => models.ListAsync(context));
        routes.MapGet($"{prefix}/models/{{**id}}", (string id, HttpContext context, Models models) => models.GetAsync(id, context));
    }
}
