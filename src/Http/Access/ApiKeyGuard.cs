using System.Net.Http.Headers;
using MlxActors.Http.Errors;

namespace MlxActors.Http.Access;

/// <summary>Marks an endpoint that asks for no key.</summary>
internal sealed class OpenToAll
{
    public static OpenToAll Instance { get; } = new();
}

/// <summary>Marks an endpoint that asks for keys of its own in place of the API's.</summary>
internal sealed class OwnKeys(IEnumerable<string> keys)
{
    public KeyRing Ring { get; } = new(keys);
}

/// <summary>Asks for one of the keys, when there are any, everywhere but where the endpoint is <see cref="OpenToAll"/>.</summary>
internal sealed class ApiKeyGuard(RequestDelegate next, AccessSettings access)
{
    private readonly KeyRing _api = new(access.ApiKeys);

    public Task InvokeAsync(HttpContext context)
    {
        var marks = context.GetEndpoint()?.Metadata;
        var keys = marks?.GetMetadata<OwnKeys>()?.Ring ?? _api;
        return keys.IsEmpty || marks?.GetMetadata<OpenToAll>() is not null ? next(context)
            : KeyOf(context.Request) is not { } key
                ? context.Response.WriteAsync(Unauthorized("You didn't provide an API key: send it as 'Authorization: Bearer KEY'."))
            : !keys.Holds(key) ? context.Response.WriteAsync(Unauthorized("Incorrect API key provided."))
            : next(context);
    }

    private static string? KeyOf(HttpRequest request) =>
        AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
        && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            ? header.Parameter
            : null;

    private static ApiError Unauthorized(string message) => new(StatusCodes.Status401Unauthorized, message, null, "invalid_api_key");
}
