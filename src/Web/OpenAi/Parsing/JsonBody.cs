using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>Takes a request's body in as one strict JSON document.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 128,
    };

    /// <exception cref="BadHttpRequestException">The body is larger than the server takes, too slow, or malformed HTTP.</exception>
    public static async Task<Result<T, ApiError>> ReadAsync<T>(HttpRequest request, Func<JsonElement, Result<T, ApiError>> decode)
    {
        if (UnsupportedMedia(request) is { } unsupported)
        {
            return unsupported;
        }
        var reader = request.BodyReader;
        var body = await ReadWholeAsync(reader, request.HttpContext.RequestAborted);
        try
        {
            return Parse(body.IsSingleSegment ? body.First : body.ToArray(), decode);
        }
        finally
        {
            reader.AdvanceTo(body.End);
        }
    }

    /// <param name="decode">Gets the body's object. It must keep no element of it: the memory goes back to the connection.</param>
    public static Result<T, ApiError> Parse<T>(ReadOnlyMemory<byte> body, Func<JsonElement, Result<T, ApiError>> decode)
    {
        var text = body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
        if (!Utf8.IsValid(text.Span))
        {
            return NotJson("it is not valid UTF-8");
        }
        return ParseStrict(text).Bind(document =>
        {
            using (document)
            {
                return document.RootElement.ValueKind == JsonValueKind.Object
                    ? decode(document.RootElement)
                    : ApiError.BadRequest("The body of your request must be a JSON object.");
            }
        });
    }

    private static Result<JsonDocument, ApiError> ParseStrict(ReadOnlyMemory<byte> text)
    {
        try
        {
            return JsonDocument.Parse(text, Strict);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name that holds half of a surrogate pair as an escape.
            return NotJson(e.Message.TrimEnd('.'));
        }
    }

    private static async ValueTask<ReadOnlySequence<byte>> ReadWholeAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                return read.Buffer;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // A form or plain text could be sent by any web page without asking; JSON makes browsers ask first.
    private static ApiError? UnsupportedMedia(HttpRequest request) =>
        !request.HasJsonContentType() ? new ApiError(
            StatusCodes.Status415UnsupportedMediaType,
            $"Unsupported content type: '{request.ContentType}'. This API only accepts 'application/json'.",
            Code: "unsupported_content_type")
        : request.Headers.ContentEncoding is [{ } encoding, ..] && encoding != "identity" ? new ApiError(
            StatusCodes.Status415UnsupportedMediaType,
            $"Unsupported content encoding: '{encoding}'. Send the body as it is.",
            Code: "unsupported_content_encoding")
        : null;

    private static ApiError NotJson(string why) => ApiError.BadRequest(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. "
        + $"The API expects a JSON payload, but what was sent was not valid JSON: {why}.)");
}
