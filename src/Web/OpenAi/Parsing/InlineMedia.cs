using MlxActors.Native.Results;
using MlxActors.Web.OpenAi.Errors;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>Takes the bytes out of <c>data:image/png;base64,…</c>. Nothing is ever fetched.</summary>
internal static class InlineMedia
{
    private const string Scheme = "data:";

    /// <param name="kind">What the media type must be, such as <c>image</c>.</param>
    public static Result<ReadOnlyMemory<byte>, ApiError> DataUri(string uri, string kind, string path)
    {
        if (!uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return uri.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
                || uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
                ? Faults.NotSupported(path, $"remote URLs are not fetched; send the {kind} as a data URI. They are")
                : NotDataUri(kind, path);
        }
        var comma = uri.IndexOf(',');
        if (comma < 0 || uri[Scheme.Length..comma].Split(';') is not [var mediaType, .., var encoding] || encoding != "base64")
        {
            return NotDataUri(kind, path);
        }
        return mediaType.StartsWith($"{kind}/", StringComparison.OrdinalIgnoreCase)
            ? Base64(uri.AsSpan(comma + 1), path)
            : Faults.Invalid(path, $"the media type is '{mediaType}'. Expected {kind}/….");
    }

    public static Result<ReadOnlyMemory<byte>, ApiError> Base64(ReadOnlySpan<char> text, string path)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return !Convert.TryFromBase64Chars(text, bytes, out var length) ? Faults.Invalid(path, "the data is not base64.")
            : length == 0 ? Faults.Invalid(path, "there is no data.")
            : (ReadOnlyMemory<byte>)bytes.AsMemory(0, length);
    }

    private static ApiError NotDataUri(string kind, string path) =>
        Faults.Invalid(path, $"Expected a base64 data URI, 'data:{kind}/…;base64,…'.");
}
