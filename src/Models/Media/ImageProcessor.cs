using System.Collections.Immutable;

namespace MlxActors.Models.Media;

/// <summary>
/// Picture in, pixels of a fixed size out, as transformers' image processors for Gemma 3 and SigLIP make them: resize without keeping the
/// aspect ratio, <c>(level * rescale - mean) / deviation</c>, channel first.
/// </summary>
public sealed class ImageProcessor(ImageProcessorConfig config)
{
    private readonly ImmutableArray<float[]> _values = config.Scaling.ValuesOfLevels();

    /// <summary>Pixels <c>[3, Height, Width]</c> of the configured size.</summary>
    public PixelValues Process(PixelImage image)
    {
        var rgb = image.Resize(config.Width, config.Height, config.Filter, config.Order).Rgb;
        var values = new float[rgb.Length];
        var plane = config.Width * config.Height;
        for (var channel = 0; channel < PixelImage.Channels; channel++)
        {
            var valueOf = _values[channel];
            var target = values.AsSpan(channel * plane, plane);
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = valueOf[rgb[(i * PixelImage.Channels) + channel]];
            }
        }
        return new PixelValues(values, PixelImage.Channels, config.Height, config.Width);
    }
}
