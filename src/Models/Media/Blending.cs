namespace MlxActors.Models.Media;

internal static class Blending
{
    /// <summary>Blends a pixel with white, rounded as Pillow's <c>alpha_composite</c> does.</summary>
    public static void LayOnWhite(Span<byte> pixel, byte alpha)
    {
        foreach (ref var level in pixel)
        {
            var sum = ((level * alpha) + (byte.MaxValue * (byte.MaxValue - alpha)) + 0x80) << 7;
            level = (byte)((sum + (sum >> 8)) >> 15);
        }
    }
}
