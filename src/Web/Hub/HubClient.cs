using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hub;

/// <summary>The hub's HTTP: one request each, answers as values.</summary>
/// <param name="http">Follows no redirects and decompresses nothing, as <see cref="NewHttp"/> makes it.</param>
internal sealed class HubClient(HubSettings settings, HttpClient http, TimeProvider clock)
{
    private const int MostRedirects = 5;
    private const int MostListingBytes = 16 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static HttpClient NewHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = Patience,
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MostListingBytes,
    };

    /// <summary>The files of the newest commit.</summary>
    public async Task<Result<RepoListing, HubError>> ListAsync(RepoId id, CancellationToken cancellationToken)
    {
        var sent = await SendAsync(id, new Uri(settings.Endpoint, $"api/models/{id}/revision/main?blobs=true"), 0, cancellationToken);
        if (sent is Result<HttpResponseMessage, HubError>.Error(var error))
        {
            return error;
        }
        using var response = ((Result<HttpResponseMessage, HubError>.Ok)sent).Value;
        using var deadline = Deadline(cancellationToken);
        try
        {
            var json = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            return ListingReply.Parse(json).MapError(HubError (what) => new HubError.Unexpected(what));
        }
        catch (Exception e) when (IsBroken(e, cancellationToken))
        {
            return new HubError.Broken("the list of files", Reason(e));
        }
    }

    /// <summary>Begins to download a file; the caller reads the body, and disposes of the answer.</summary>
    /// <param name="offset">The first byte that is wanted. The hub may send the whole file all the same (200 rather than 206).</param>
    public Task<Result<HttpResponseMessage, HubError>> OpenAsync(
        RepoId id, string commit, string path, long offset, CancellationToken cancellationToken) =>
        SendAsync(id, new Uri(settings.Endpoint, $"{id}/resolve/{commit}/{path}"), offset, cancellationToken);

    private async Task<Result<HttpResponseMessage, HubError>> SendAsync(
        RepoId id, Uri uri, long offset, CancellationToken cancellationToken)
    {
        try
        {
            for (var redirects = 0; redirects <= MostRedirects; redirects++)
            {
                using var request = Request(uri, offset);
                using var deadline = Deadline(cancellationToken);
                var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
                if (RedirectOf(response, uri) is not { } next)
                {
                    return response.IsSuccessStatusCode ? response : Refused(id, response);
                }
                response.Dispose();
                uri = next;
            }
            return new HubError.Unexpected("more redirects than a hub sends");
        }
        catch (Exception e) when (IsBroken(e, cancellationToken))
        {
            return new HubError.Unreachable(settings.Endpoint, Reason(e));
        }
    }

    // The token is for the hub alone: files lie with other hosts, whose addresses are signed.
    private HttpRequestMessage Request(Uri uri, long offset)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("mlxactors", null));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (settings.Token is { } token && uri.GetLeftPart(UriPartial.Authority) == settings.Endpoint.GetLeftPart(UriPartial.Authority))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
        }
        return request;
    }

    private static Uri? RedirectOf(HttpResponseMessage response, Uri asked) =>
        response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
        && new Uri(asked, location) is { Scheme: "http" or "https" } next
            ? next
            : null;

    // The hub says 401 for what does not exist too, so as not to tell what is private; the code in a field of its own tells them apart.
    private HubError Refused(RepoId id, HttpResponseMessage response)
    {
        using (response)
        {
            var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.First() : null;
            var hasToken = settings.Token is not null;
            return (response.StatusCode, code) switch
            {
                (_, "GatedRepo") => new HubError.Gated(id, new Uri(settings.Endpoint, id.ToString()), hasToken),
                (_, "RepoNotFound") or (HttpStatusCode.NotFound, _) => new HubError.NotFound(id, hasToken),
                (HttpStatusCode.Unauthorized, _) when hasToken => new HubError.BadToken(),
                (HttpStatusCode.Unauthorized, _) => new HubError.NotFound(id, hasToken),
                (HttpStatusCode.Forbidden, _) => new HubError.Gated(id, new Uri(settings.Endpoint, id.ToString()), hasToken),
                (HttpStatusCode.TooManyRequests, _) => new HubError.RateLimited(RetryAfter(response.Headers.RetryAfter)),
                ( >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout, _) =>
                    new HubError.ServerFailed(response.StatusCode),
                var (status, _) => new HubError.Unexpected(string.Create(CultureInfo.InvariantCulture, $"status {(int)status}")),
            };
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date && date - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : null);

    private static CancellationTokenSource Deadline(CancellationToken cancellationToken)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        return deadline;
    }

    private static bool IsBroken(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string Reason(Exception e) => e is OperationCanceledException ? "no answer in time" : (e.InnerException ?? e).Message;
}
