using System.Globalization;
using System.Text.Json;
using MlxActors.Http.Json;

namespace MlxActors.Http.Errors;

internal static class ErrorWriter
{
    /// <summary>Answers with the error. For responses that have not started.</summary>
    public static async Task WriteAsync(this HttpResponse response, ApiError error)
    {
        // What the method may be instead, routing has said.
        var allow = response.Headers.Allow;
        response.Clear();
        response.StatusCode = error.Status;
        response.Headers.Allow = allow;
        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }
        if (error.RetryAfter is { } after)
        {
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }
        await response.WriteJsonAsync(json => Write(json, error));
    }

    public static void Write(Utf8JsonWriter json, ApiError error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type);
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
