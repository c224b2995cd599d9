using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MlxActors.Native.Results;

namespace MlxActors.Web.Media;

/// <summary>Looks up the addresses of a host's name.</summary>
/// <exception cref="SocketException">There are none.</exception>
internal delegate Task<IPAddress[]> ResolveHost(string name, CancellationToken cancellationToken);

/// <summary>
/// Fetches a file by its URL, within the limits of the configuration. Each hop of a chain of redirects is checked like the first: its
/// scheme, and every address of its host, which is looked up once; the connection goes to an address that was checked.
/// </summary>
internal sealed class MediaFetcher(FetchSettings settings, ResolveHost resolve, TimeProvider clock)
{
    private const int ReadSize = 64 << 10;

    /// <param name="budget">Shared by the files of one request.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<Result<ReadOnlyMemory<byte>, FetchError>> FetchAsync(Uri url, ByteBudget budget, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(settings.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await FollowAsync(url, budget, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FetchError.TooSlow(settings.Timeout);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new FetchError.Unreachable();
        }
    }

    private async Task<Result<ReadOnlyMemory<byte>, FetchError>> FollowAsync(
        Uri url, ByteBudget budget, CancellationToken cancellationToken)
    {
        for (var redirects = 0; redirects <= settings.MaxRedirects; redirects++)
        {
            var addresses = await LookUpAsync(url.IdnHost, cancellationToken);
            var hop = await addresses.Match(
                addresses => AskAsync(url, addresses, budget, cancellationToken),
                error => Task.FromResult(Result.Error<Hop, FetchError>(error)));
            switch (hop)
            {
                case Result<Hop, FetchError>.Ok(Hop.Redirect(var next)):
                    url = next;
                    break;
                case Result<Hop, FetchError>.Ok(Hop.File(var content)):
                    return content;
                case Result<Hop, FetchError>.Error(var error):
                    return error;
            }
        }
        return new FetchError.TooManyRedirects(settings.MaxRedirects);
    }

    // One address that is not allowed refuses the name: one that mixes them is made to be looked up twice.
    private async Task<Result<ImmutableArray<IPAddress>, FetchError>> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
            return addresses.Length == 0 ? new FetchError.UnknownHost()
                : settings.AllowHosts.Contains(host) || addresses.All(IsAllowed) ? addresses.ToImmutableArray()
                : new FetchError.AddressNotAllowed();
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // ArgumentException: a name that no host can have.
            return new FetchError.UnknownHost();
        }
    }

    private bool IsAllowed(IPAddress address) => AddressPolicy.ScopeOf(address) switch
    {
        AddressScope.Public => true,
        AddressScope.Private => settings.AllowPrivateAddresses,
        _ => false,
    };

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.Moved or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private async Task<Result<Hop, FetchError>> AskAsync(
        Uri url, ImmutableArray<IPAddress> addresses, ByteBudget budget, CancellationToken cancellationToken)
    {
        using var connection = PinnedConnection.To(addresses, settings.FirstByteTimeout);
        using var response = await HeadAsync(connection, url, cancellationToken);
        return response switch
        {
            null => new FetchError.Silent(settings.FirstByteTimeout),
            { StatusCode: HttpStatusCode.OK } => await BodyAsync(response.Content, budget, cancellationToken),
            { StatusCode: var status, Headers.Location: { } location } when IsRedirect(status) =>
                FetchUrl.Redirected(url, location).Map<Hop>(next => new Hop.Redirect(next)),
            _ => new FetchError.BadStatus((int)response.StatusCode),
        };
    }

    /// <returns>Null when no answer began in time.</returns>
    private async Task<HttpResponseMessage?> HeadAsync(HttpMessageInvoker connection, Uri url, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(settings.FirstByteTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, url)
        {
            Headers = { { "Accept", "*/*" }, { "Accept-Encoding", "identity" }, { "User-Agent", "MlxActors" } },
        };
        try
        {
            return await connection.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    // Memory grows with what arrives, whatever length was announced.
    private async Task<Result<Hop, FetchError>> BodyAsync(HttpContent content, ByteBudget budget, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentEncoding.Any(encoding => encoding != "identity"))
        {
            return new FetchError.Encoded();
        }
        if (content.Headers.ContentLength is { } announced && !budget.Holds(announced))
        {
            return new FetchError.TooLarge(settings.MaxBytes);
        }
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        using var file = new MemoryStream();
        var piece = new byte[ReadSize];
        while (await body.ReadAsync(piece, cancellationToken) is var length and > 0)
        {
            if (!budget.TryTake(length))
            {
                return new FetchError.TooLarge(settings.MaxBytes);
            }
            file.Write(piece, 0, length);
        }
        return file.Length == 0 ? new FetchError.Empty() : new Hop.File(file.GetBuffer().AsMemory(0, (int)file.Length));
    }

    private abstract record Hop
    {
        private Hop()
        {
        }

        public sealed record Redirect(Uri To) : Hop;

        public sealed record File(ReadOnlyMemory<byte> Content) : Hop;
    }
}
