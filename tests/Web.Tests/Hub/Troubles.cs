namespace MlxActors.Web.Tests.Hub;

/// <summary>Ways in which a hub, or the line to it, fails.</summary>
internal static class Troubles
{
    /// <param name="fields">Header lines, each with its line end.</param>
    public static HubTrouble Status(string status, string fields = "") =>
        (_, connection, _, _) => FakeHub.SendAsync(connection, status, [], fields);

    /// <summary>The connection ends after so many bytes of a file.</summary>
    public static HubTrouble BreakAfter(int bytes) => (hub, connection, request, _) =>
    {
        var wanted = hub.Wanted(request);
        var status = request.From is { } from
            ? (Line: "206 Partial Content", Fields: $"Content-Range: bytes {from}-{from + wanted.Length - 1}/{from + wanted.Length}\r\n")
            : (Line: "200 OK", Fields: "");
        return FakeHub.SendAsync(connection, status.Line, wanted[..bytes], status.Fields, wanted.Length);
    };

    /// <summary>So many bytes of a file come, and then nothing, while the connection stays open.</summary>
    public static HubTrouble StallAfter(int bytes) => async (hub, connection, request, cancellationToken) =>
    {
        var wanted = hub.Wanted(request);
        await FakeHub.SendAsync(connection, "200 OK", wanted[..bytes], declared: wanted.Length);

        // Until the client leaves, or the test is over.
        await connection.CopyToAsync(Stream.Null, cancellationToken);
    };

    /// <summary>The right number of bytes, the last one wrong.</summary>
    public static HubTrouble WrongByte { get; } = (hub, connection, request, _) =>
    {
        var wanted = hub.Wanted(request with { From = null });
        return FakeHub.SendAsync(connection, "200 OK", [.. wanted[..^1], (byte)~wanted[^1]]);
    };

    /// <summary>More bytes than the listing says.</summary>
    public static HubTrouble TooLong { get; } = (hub, connection, request, _) =>
        FakeHub.SendAsync(connection, "200 OK", [.. hub.Wanted(request with { From = null }), 0]);

    /// <summary>The whole file, whatever part was asked for.</summary>
    public static HubTrouble IgnoreRange { get; } = (hub, connection, request, _) =>
        FakeHub.SendAsync(connection, "200 OK", hub.Wanted(request with { From = null }));
}
