namespace MlxActors.Web.OpenAi;

/// <summary><c>GET /openapi.json</c>: the API as OpenAPI has it, by hand; tests hold it to the routes and what they take.</summary>
internal static class ApiDocument
{
    private const string Resource = "openapi.json";

    public static IResult Get() => Results.Stream(
        typeof(ApiDocument).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded"),
        "application/json");
}
