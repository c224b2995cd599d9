using System.Collections.Immutable;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models.Gemma3;

/// <summary>An image as the vision tower takes it, and the name of the file it came from.</summary>
public sealed record ProcessedImage(PixelValues Pixels, ContentHash Hash);

/// <summary>
/// Encoded picture in, normalized pixels out, as transformers' Gemma3ImageProcessor makes them on Pillow (image_processing_gemma3.py): decode,
/// turn upright, resize without keeping the aspect ratio, <c>(level * rescale - mean) / deviation</c>, channel first.
/// </summary>
public sealed class ImageProcessor(ImageProcessorConfig config)
{
    private readonly ImmutableArray<float[]> _values = config.Scaling.ValuesOfLevels();

    public Result<ProcessedImage, MediaError> Process(ReadOnlyMemory<byte> content, ImageLimits limits) =>
        ImageDecoder.Decode(content, limits).Map(image => new ProcessedImage(Process(image), ContentHash.Of(content.Span)));

    /// <summary>Pixels <c>[3, Height, Width]</c> of the configured size.</summary>
    public PixelValues Process(PixelImage image)
    {
        var rgb = image.Resize(config.Width, config.Height, config.Filter).Rgb;
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
