namespace MlxActors.Http.Errors;

/// <summary>An error as OpenAI's API gives it: a status and <c>{"error":{"message","type","param","code"}}</c>.</summary>
/// <param name="Param">The request's field at fault, such as <c>messages[0].role</c>.</param>
/// <param name="Code">For programs; OpenAI's own where it has one.</param>
/// <param name="RetryAfter">When it is worth trying again.</param>
internal sealed record ApiError(
    int Status,
    string Message,
    string? Param = null,
    string? Code = null,
    string Type = ApiError.InvalidRequest,
    TimeSpan? RetryAfter = null)
{
    public const string InvalidRequest = "invalid_request_error";
    public const string ServerFault = "server_error";
    public const string RateLimit = "rate_limit_error";

    public static ApiError BadRequest(string message, string? param = null, string? code = null) =>
        new(StatusCodes.Status400BadRequest, message, param, code);

    /// <summary>The error of a status that carries nothing else to say: a route that is not there, a method it does not have.</summary>
    public static ApiError OfStatus(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status404NotFound =>
            new(status, $"Unknown request URL: {request.Method} {request.Path}. Please check the URL for typos.", Code: "unknown_url"),
        StatusCodes.Status405MethodNotAllowed =>
            new(status, $"Not allowed to {request.Method} on {request.Path}.", Code: "method_not_supported"),
        StatusCodes.Status408RequestTimeout => new(status, "The request's body came too slowly.", Code: "request_timeout"),
        StatusCodes.Status413PayloadTooLarge => new(status, "The request's body is too large.", Code: "request_too_large"),
        < 500 => new(status, "The request is malformed."),
        _ => new(status, "The server had an error while processing your request.", Type: ServerFault),
    };

    /// <summary>The error of a head of which no request could be made.</summary>
    public static ApiError OfHead(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => new(status, "The request's head came too slowly.", Code: "request_timeout"),
        StatusCodes.Status414UriTooLong => new(status, "The request's target is too long.", Code: "target_too_long"),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => new(status, "The request's head is too large.", Code: "head_too_large"),
        StatusCodes.Status505HttpVersionNotsupported =>
            new(status, "The version of HTTP is not supported.", Code: "http_version_not_supported"),
        _ => new(status, "The request is malformed.", Code: "malformed_request"),
    };
}
