using MlxActors.Native.Results;

namespace MlxActors.Web.Media;

/// <summary>What a URL must be to be looked at: absolute, http or https, and without a user's name in it.</summary>
internal static class FetchUrl
{
    private const int MostCharacters = 8192;

    public static bool HasScheme(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    public static Result<Uri, FetchError> Parse(string text) =>
        text.Length > MostCharacters ? new FetchError.BadUrl($"the URL is longer than {MostCharacters} characters")
        : Uri.TryCreate(text, UriKind.Absolute, out var url) ? Check(url)
        : new FetchError.BadUrl("this is not a valid URL");

    /// <param name="location">May be relative to <paramref name="from"/>.</param>
    public static Result<Uri, FetchError> Redirected(Uri from, Uri location) =>
        Uri.TryCreate(from, location, out var url) ? Parse(url.AbsoluteUri) : new FetchError.BadUrl("a redirect leads to no valid URL");

    private static Result<Uri, FetchError> Check(Uri url) =>
        url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps
            ? new FetchError.BadUrl("only http and https URLs are fetched")
        : url.UserInfo.Length > 0 ? new FetchError.BadUrl("a URL with a user name or password in it is not fetched")
        : url.IdnHost.Length == 0 ? new FetchError.BadUrl("the URL names no host")
        : url;
}
