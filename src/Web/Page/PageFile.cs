using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace MlxActors.Web.Page;

/// <param name="Tag">Changes with the content.</param>
internal sealed record PageFile(string ContentType, ReadOnlyMemory<byte> Content, EntityTagHeaderValue Tag)
{
    public static PageFile Of(string path, Stream stream)
    {
        using var copy = new MemoryStream();
        using (stream)
        {
            stream.CopyTo(copy);
        }
        var content = copy.ToArray();
        return new(ContentTypeOf(path), content, new EntityTagHeaderValue($"\"{Convert.ToHexString(SHA256.HashData(content)[..8])}\""));
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
