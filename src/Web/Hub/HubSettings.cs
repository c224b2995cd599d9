using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hub;

/// <summary>Where models are downloaded from, and as whom: by the variables of Hugging Face's own tools.</summary>
/// <param name="Token">Null when the user has none.</param>
internal sealed record HubSettings(Uri Endpoint, string? Token, bool IsOffline)
{
    private const string DefaultEndpoint = "https://huggingface.co";

    private static readonly HashSet<string> Yes = new(["1", "on", "yes", "true"], StringComparer.OrdinalIgnoreCase);

    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="home">The user's home folder.</param>
    public static Result<HubSettings, string> Read(Func<string, string?> variable, string home)
    {
        var endpoint = variable("HF_ENDPOINT") is { Length: > 0 } own ? own : DefaultEndpoint;
        return Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? Result.Ok<HubSettings, string>(new HubSettings(uri, TokenOf(variable, home), IsYes(variable("HF_HUB_OFFLINE"))))
            : Result.Error<HubSettings, string>($"HF_ENDPOINT is '{endpoint}', which is no http or https address.");
    }

    private static string? TokenOf(Func<string, string?> variable, string home) =>
        Clean(variable("HF_TOKEN"))
        ?? Clean(variable("HUGGING_FACE_HUB_TOKEN"))
        ?? (IsYes(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN")) ? null : Clean(ReadOrNull(HubCache.TokenFile(variable, home))));

    private static string? ReadOrNull(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Clean(string? token) => token?.Trim() is { Length: > 0 } clean ? clean : null;

    private static bool IsYes(string? value) => value is not null && Yes.Contains(value);
}
