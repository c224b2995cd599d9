using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using MlxActors.Http.Errors;

namespace MlxActors.Http.Access;

/// <summary>Marks an endpoint that asks for no key.</summary>
internal sealed class OpenToAll
{
    public static OpenToAll Instance { get; } = new();
}

/// <summary>Asks for one of the keys, when there are any, everywhere but where the endpoint is <see cref="OpenToAll"/>.</summary>
internal sealed class ApiKeyGuard(RequestDelegate next, AccessSettings access)
{
    private readonly ImmutableArray<byte[]> _keys = [.. access.ApiKeys.Select(Digest)];

    public Task InvokeAsync(HttpContext context) =>
        _keys.IsEmpty || context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null ? next(context)
        : KeyOf(context.Request) is not { } key
            ? context.Response.WriteAsync(Unauthorized("You didn't provide an API key: send it as 'Authorization: Bearer KEY'."))
        : !IsKnown(key) ? context.Response.WriteAsync(Unauthorized("Incorrect API key provided."))
        : next(context);

    private static string? KeyOf(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
        && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            ? header.Parameter
            : null;

    // Digests have one length, and every key is looked at to its end: the time says nothing of how close a guess was.
    private bool IsKnown(string key)
    {
        var digest = Digest(key);
        return _keys.Aggregate(false, (known, own) => known | CryptographicOperations.FixedTimeEquals(own, digest));
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static ApiError Unauthorized(string message) => new(StatusCodes.Status401Unauthorized, message, null, "invalid_api_key");
}
