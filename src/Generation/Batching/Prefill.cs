using MlxActors.Models;

namespace MlxActors.Generation.Batching;

/// <summary>Cuts a prompt into chunks.</summary>
public static class Prefill
{
    /// <summary>
    /// Where the chunk that begins at <paramref name="position"/> ends: after <paramref name="chunk"/> tokens, or before an image that
    /// would be cut, or, when the chunk begins with that image, behind it.
    /// </summary>
    /// <param name="images">Images that must not be cut, by position; empty when images attend causally.</param>
    /// <returns>A position in (<paramref name="position"/>, <paramref name="promptLength"/>].</returns>
    public static int ChunkEnd(int position, int promptLength, ReadOnlySpan<PreparedMedia> images, int chunk)
    {
        var end = Math.Min(position + chunk, promptLength);
        foreach (var image in images)
        {
            var imageEnd = image.Position + image.Length;
            if (image.Position < end && end < imageEnd)
            {
                return image.Position > position ? image.Position : imageEnd;
            }
        }
        return end;
    }
}
