namespace MlxActors.Gateway.Requests;

/// <summary>A request's body, read whole, so that it can be looked at and sent more than once.</summary>
internal sealed record RequestBody(ArraySegment<byte> Bytes)
{
    // What a client only says that it will send takes no memory.
    private const long MostAtOnce = 1 << 20;

    /// <exception cref="BadHttpRequestException">It is larger than the gateway takes, too slow, or malformed HTTP.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request)
    {
        using var stream = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, MostAtOnce));
        await request.Body.CopyToAsync(stream, request.HttpContext.RequestAborted);
        return new RequestBody(new ArraySegment<byte>(stream.GetBuffer(), 0, (int)stream.Length));
    }

    /// <summary>Puts it, from its beginning, where a forwarder reads it.</summary>
    public void PutInto(HttpRequest request) => request.Body = new MemoryStream(Bytes.Array!, 0, Bytes.Count, writable: false);
}
