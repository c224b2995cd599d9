namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>A picture as ffmpeg hands it over: 8 bits a sample.</summary>
/// <param name="Depth">Samples a pixel: 3, or <see cref="WithAlpha"/>.</param>
internal sealed record PamPicture(PixelSize Size, int Depth, byte[] Samples)
{
    public const int WithAlpha = 4;

    public PixelImage ToImage(Transparency transparency) =>
        new(Size.Width, Size.Height, Depth == PixelImage.Channels ? Samples : WithoutAlpha(transparency));

    private byte[] WithoutAlpha(Transparency transparency)
    {
        var rgb = new byte[Samples.Length / WithAlpha * PixelImage.Channels];
        for (var (from, to) = (0, 0); from < Samples.Length; from += WithAlpha, to += PixelImage.Channels)
        {
            var pixel = rgb.AsSpan(to, PixelImage.Channels);
            Samples.AsSpan(from, PixelImage.Channels).CopyTo(pixel);
            if (transparency == Transparency.OnWhite)
            {
                Blending.LayOnWhite(pixel, Samples[from + PixelImage.Channels]);
            }
        }
        return rgb;
    }
}
