namespace MlxActors.Models.Media;

/// <summary>A medium as a tower takes it: decoded and brought to the model's form, before it reaches the engine.</summary>
public abstract record MediaInput
{
    private protected MediaInput()
    {
    }
}

/// <summary>An image of a fixed size, channel first: <c>[C, H, W]</c>.</summary>
public sealed record PixelValues(float[] Values, int Channels, int Height, int Width) : MediaInput;

/// <summary>
/// An image of any size, or a group of a video's frames, cut into patches in the order of <see cref="PatchOrder"/>:
/// <c>[GridRows · GridColumns, frames · height · width · C]</c>.
/// </summary>
/// <param name="GridRows">Patches along the height.</param>
/// <param name="GridColumns">Patches along the width.</param>
public sealed record PatchValues(float[] Values, int GridRows, int GridColumns) : MediaInput;

/// <summary>
/// A clip as log-mel frames <c>[Frames, Bins]</c>; behind the first <paramref name="RealFrames"/> stands padding.
/// </summary>
public sealed record MelFrames(float[] Values, int Frames, int Bins, int RealFrames) : MediaInput;

/// <summary>SHA-256 of an encoded file, in hexadecimal: the name under which its features are kept.</summary>
public readonly record struct ContentHash(string Value)
{
    public static ContentHash Of(ReadOnlySpan<byte> content) =>
        new(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));

    /// <summary>The name of one part of the file's content, such as a group of a video's frames.</summary>
    public ContentHash Part(int index) => new($"{Value}/{index}");
}
