namespace MlxActors.Models.Media;

/// <summary>An image as a vision tower takes it: decoded, resized and normalized, before it reaches the engine.</summary>
public abstract record PreparedPixels
{
    private protected PreparedPixels()
    {
    }
}

/// <summary>An image of a fixed size, channel first: <c>[C, H, W]</c>.</summary>
public sealed record PixelValues(float[] Values, int Channels, int Height, int Width) : PreparedPixels;

/// <summary>
/// An image of any size, or a group of a video's frames, cut into patches in the order of <see cref="PatchOrder"/>:
/// <c>[GridRows · GridColumns, frames · height · width · C]</c>.
/// </summary>
/// <param name="GridRows">Patches along the height.</param>
/// <param name="GridColumns">Patches along the width.</param>
public sealed record PatchValues(float[] Values, int GridRows, int GridColumns) : PreparedPixels;

/// <summary>SHA-256 of an encoded file, in hexadecimal: the name under which its features are kept.</summary>
public readonly record struct ContentHash(string Value)
{
    public static ContentHash Of(ReadOnlySpan<byte> content) =>
        new(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));
}
