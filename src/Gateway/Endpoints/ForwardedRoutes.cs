using MlxActors.Gateway.Forwarding;
using MlxActors.Gateway.Policy;
using MlxActors.Gateway.Requests;

namespace MlxActors.Gateway.Endpoints;

/// <summary>The routes of a server that the gateway passes on.</summary>
internal sealed class ForwardedRoutes(Forwarder forwarder, ResponseDirectory directory)
{
    public async Task GenerateAsync(HttpContext context)
    {
        var (body, read) = await ReadAsync(context, needsModel: true);
        await forwarder.ForwardAsync(context, new ForwardedCall(read.Facts, body));
    }

    public async Task CreateResponseAsync(HttpContext context)
    {
        var (body, read) = await ReadAsync(context, needsModel: true);
        var facts = read.PreviousResponse is { } previous
            ? read.Facts with { Holder = await directory.FindAsync(previous, context.RequestAborted) }
            : read.Facts;
        await forwarder.ForwardAsync(context, new ForwardedCall(facts, body, IsResponse: true, MakesResponse: true));
    }

    /// <summary>About one stored response.</summary>
    public async Task ToHolderAsync(HttpContext context, string id)
    {
        var facts = RequestFacts.Any with { Holder = await directory.FindAsync(id, context.RequestAborted) };
        await forwarder.ForwardAsync(context, new ForwardedCall(facts, null, IsResponse: true));
    }

    public async Task ToAnyWithModelAsync(HttpContext context)
    {
        var (body, read) = await ReadAsync(context, needsModel: false);
        await forwarder.ForwardAsync(context, new ForwardedCall(read.Facts, body));
    }

    private static async Task<(RequestBody Body, ReadRequest Read)> ReadAsync(HttpContext context, bool needsModel)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        return (body, ReadRequest.Of(body.Bytes, needsModel));
    }
}
