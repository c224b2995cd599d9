namespace MlxActors.Models.Media;

/// <summary>An image as a vision tower takes it: normalized, channel first <c>[C, H, W]</c>.</summary>
public sealed record PixelValues(float[] Values, int Channels, int Height, int Width);

/// <summary>SHA-256 of an encoded file, in hexadecimal: the name under which its features are kept.</summary>
public readonly record struct ContentHash(string Value)
{
    public static ContentHash Of(ReadOnlySpan<byte> content) =>
        new(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));
}
