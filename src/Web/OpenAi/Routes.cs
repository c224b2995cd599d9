namespace MlxActors.Web.OpenAi;

internal static class Routes
{
    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chat/completions", (HttpContext context, ChatCompletions chat) => chat.HandleAsync(context));
        routes.MapGet("/v1/models", (HttpContext context, Models models) => models.ListAsync(context));
        routes.MapGet("/v1/models/{**id}", (string id, HttpContext context, Models models) => models.GetAsync(id, context));
        routes.MapGet("/health", (HttpContext context, Health health) => health.HandleAsync(context));
    }
}
