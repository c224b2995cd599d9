namespace MlxActors.Web.Tests.Sockets;

/// <summary>Requests as they go over the wire.</summary>
internal static class RawRequest
{
    public const string Body = """{"model":"demo","temperature":0,"messages":[{"role":"user","content":"Count from 3 to 9."}]}""";

    /// <summary>What the demo model answers to <see cref="Body"/>.</summary>
    public const string Answer = "3, 4, 5, 6, 7, 8, 9";

    public static string Streamed { get; } = Body.Replace("{\"model\"", "{\"stream\":true,\"model\"");

    /// <summary>The head of a chat request, up to the fields that a test adds.</summary>
    public static string Head(string fields, string version = "1.1", string target = "/v1/chat/completions", string? host = "localhost") =>
        $"POST {target} HTTP/{version}\r\n{(host is null ? "" : $"Host: {host}\r\n")}Content-Type: application/json\r\n{fields}\r\n";

    /// <summary>A whole request, whose answer is followed by the connection's end.</summary>
    public static string Post(string body = Body, string fields = "") =>
        Head($"Connection: close\r\nContent-Length: {body.Length}\r\n{fields}") + body;
}
