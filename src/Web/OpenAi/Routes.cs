namespace MlxActors.Web.OpenAi;

internal static class Routes
{
    private const string Index =
        """
        MlxActors: an OpenAI-compatible server for MLX-format models.

          POST /v1/chat/completions   text, images, audio and video in, text out; "stream": true for server-sent events
          GET  /v1/models             the models on this machine
          GET  /health                how the engine does

        """;

    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chat/completions", (HttpContext context, ChatCompletions chat) => chat.HandleAsync(context));
        routes.MapGet("/v1/models", (HttpContext context, Models models) => models.ListAsync(context));
        routes.MapGet("/v1/models/{**id}", (string id, HttpContext context, Models models) => models.GetAsync(id, context));
        routes.MapGet("/health", (HttpContext context, Health health) => health.HandleAsync(context));
        routes.MapGet("/", () => Index);
    }
}
