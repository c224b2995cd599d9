using MlxActors.Http.Errors;
using MlxActors.Native.Results;
using MlxActors.Web.Media;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>
/// Text that stands for a file: a data URI, base64, or the URL of a file elsewhere, which is only checked for its form here. What type is
/// declared says nothing: the bytes do, when they are decoded.
/// </summary>
internal static class MediaText
{
    private const string DataScheme = "data:";

    /// <summary>A data URI, or an http or https URL.</summary>
    /// <param name="path">Where the text stands.</param>
    /// <param name="field">The part's field, for errors about the file itself.</param>
    public static Result<MediaReference, ApiError> Reference(string text, string path, string field) =>
        FetchUrl.HasScheme(text)
            ? FetchUrl.Parse(text)
                .Map<MediaReference>(url => new MediaReference.Remote(url, field))
                .MapError(error => Faults.Invalid(path, $"{error.Message}."))
            : DataUri(text, path).Map<MediaReference>(data => new MediaReference.Inline(data.Content, field));

    /// <summary>The declared type, such as <c>image/png</c>, and the bytes.</summary>
    public static Result<(string MediaType, ReadOnlyMemory<byte> Content), ApiError> DataUri(string text, string path)
    {
        var comma = text.IndexOf(',');
        return comma >= 0
            && text.StartsWith(DataScheme, StringComparison.OrdinalIgnoreCase)
            && text[DataScheme.Length..comma].Split(';') is [var mediaType, .., var encoding]
            && encoding.Equals("base64", StringComparison.OrdinalIgnoreCase)
            ? Base64(text.AsSpan(comma + 1), path).Map(content => (mediaType, content))
            : Faults.Invalid(path, "Expected an http or https URL, or a base64 data URI, 'data:…;base64,…'.");
    }

    public static Result<ReadOnlyMemory<byte>, ApiError> Base64(ReadOnlySpan<char> text, string path)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return !Convert.TryFromBase64Chars(text, bytes, out var length) ? Faults.Invalid(path, "the data is not base64.")
            : length == 0 ? Faults.Invalid(path, "there is no data.")
            : (ReadOnlyMemory<byte>)bytes.AsMemory(0, length);
    }
}
