using MlxActors.Web.Hosting.Access;

namespace MlxActors.Web.OpenAi;

internal static class Routes
{
    private const string Index =
        """
        MlxActors: an OpenAI-compatible server for MLX-format models.

          POST /v1/chat/completions   text, images, audio and video in, text out; "stream": true for server-sent events
          POST /v1/completions        a prompt without a chat template
          POST /v1/responses          the same in OpenAI's newer form; GET and DELETE /v1/responses/{id}
          POST /v1/tokenize           the tokens of a text; /v1/detokenize: the text of tokens
          GET  /v1/models             the models on this machine
          GET  /health                how the engine does
          GET  /openapi.json          all of this, for programs

        """;

    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        routes.MapApi("/v1");
        routes.MapApi("");
        routes.MapGet("/health", (HttpContext context, Health health) => health.HandleAsync(context)).WithMetadata(OpenToAll.Instance);
        routes.MapGet("/openapi.json", () => ApiDocument.Get()).WithMetadata(OpenToAll.Instance);
        routes.MapGet("/", () => Index).WithMetadata(OpenToAll.Instance);
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
        routes.MapPost($"{prefix}/tokenize", (HttpContext context, Tokens tokens) => tokens.TokenizeAsync(context));
        routes.MapPost($"{prefix}/detokenize", (HttpContext context, Tokens tokens) => tokens.DetokenizeAsync(context));
        routes.MapGet($"{prefix}/models", (HttpContext context, Models models) => models.ListAsync(context));
        routes.MapGet($"{prefix}/models/{{**id}}", (string id, HttpContext context, Models models) => models.GetAsync(id, context));
    }
}
