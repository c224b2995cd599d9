using System.Diagnostics.CodeAnalysis;

namespace MlxActors.Models.Hub;

/// <summary>
/// What the hub calls a file's content by, and the name of its blob in the cache: the sha256 of a large file, the git object id (sha1) of
/// a small one.
/// </summary>
public sealed record BlobId
{
    private const int Sha1Digits = 40;
    private const int Sha256Digits = 64;

    private BlobId(string hex) => Hex = hex;

    /// <summary>In lower case.</summary>
    public string Hex { get; }

    public bool IsSha256 => Hex.Length == Sha256Digits;

    public static bool TryParse(string? text, [NotNullWhen(true)] out BlobId? id)
    {
        id = text is { Length: Sha1Digits or Sha256Digits } && text.All(char.IsAsciiHexDigitLower) ? new BlobId(text) : null;
        return id is not null;
    }

    public override string ToString() => Hex;
}
