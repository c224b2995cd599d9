using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace MlxActors.Web.Page;

/// <summary>A file of the page, which is read when it is first asked for: a server that starts has no time for all of them.</summary>
internal sealed class PageFile(string path, Func<Stream> open)
{
    private readonly Lazy<(byte[] Content, EntityTagHeaderValue Tag)> _content = new(() => Read(open()));

    public string ContentType { get; } = ContentTypeOf(path);

    public ReadOnlyMemory<byte> Content => _content.Value.Content;

    /// <summary>Changes with the content.</summary>
    public EntityTagHeaderValue Tag => _content.Value.Tag;

    private static (byte[] Content, EntityTagHeaderValue Tag) Read(Stream stream)
    {
        using var copy = new MemoryStream();
        using (stream)
        {
            stream.CopyTo(copy);
        }
        var content = copy.ToArray();
        return (content, new EntityTagHeaderValue($"\"{Convert.ToHexString(SHA256.HashData(content)[..8])}\""));
    }

    private static string ContentTypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new NotSupportedException($"No content type is known for {other}, the kind of {path}."),
    };
}
