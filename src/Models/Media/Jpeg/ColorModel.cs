using System.Runtime.CompilerServices;

namespace MlxActors.Models.Media.Jpeg;

/// <summary>What the components of a frame stand for.</summary>
internal enum ColorModel
{
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}

internal static class ColorModels
{
    private const int Centre = 128;
    private const int FractionBits = 16;
    private const int Half = 1 << (FractionBits - 1);

    // Factors of JFIF's YCbCr, times 2^16.
    private const int RedOfCr = 91881;
    private const int GreenOfCb = 22554;
    private const int GreenOfCr = 46802;
    private const int BlueOfCb = 116130;

    /// <summary>The model of a frame: JFIF's word counts before Adobe's, and that before the component ids.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="isJfif">Whether a JFIF segment says YCbCr.</param>
    /// <param name="adobeTransform">The transform that an Adobe segment names, if there is one.</param>
    public static ColorModel Of(JpegFrame frame, bool isJfif, byte? adobeTransform) => (frame.Components.Length, adobeTransform) switch
    {
        (1, _) => ColorModel.Grey,
        (4, null or 0) => ColorModel.Cmyk,
        (4, _) => ColorModel.Ycck,
        (_, 0) when !isJfif => ColorModel.Rgb,
        (_, null) when !isJfif && frame.Components.Select(component => (char)component.Layout.Id).SequenceEqual("RGB") => ColorModel.Rgb,
        _ => ColorModel.YCbCr,
    };

    /// <summary>Converts a row. The spans hold the components' samples in order; those that the model lacks are not looked at.</summary>
    public static void ToRgb(
        ColorModel model,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> third,
        ReadOnlySpan<byte> fourth,
        Span<byte> rgb)
    {
        switch (model)
        {
            case ColorModel.Grey:
                Interleave(first, first, first, rgb);
                break;
            case ColorModel.Rgb:
                Interleave(first, second, third, rgb);
                break;
            case ColorModel.YCbCr:
                FromYCbCr(first, second, third, rgb);
                break;
            case ColorModel.Cmyk:
                Interleave(first, second, third, rgb);
                Darken(fourth, rgb);
                break;
            case ColorModel.Ycck:
                // YCC holds the complement of the C, M and Y that a CMYK file stores.
                FromYCbCr(first, second, third, rgb);
                for (var i = 0; i < rgb.Length; i++)
                {
                    rgb[i] = (byte)~rgb[i];
                }
                Darken(fourth, rgb);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(model), model, "not a colour model");
        }
    }

    private static void Interleave(ReadOnlySpan<byte> red, ReadOnlySpan<byte> green, ReadOnlySpan<byte> blue, Span<byte> rgb)
    {
        for (var (x, to) = (0, 0); to < rgb.Length; x++, to += 3)
        {
            rgb[to] = red[x];
            rgb[to + 1] = green[x];
            rgb[to + 2] = blue[x];
        }
    }

    private static void FromYCbCr(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blueness, ReadOnlySpan<byte> redness, Span<byte> rgb)
    {
        for (var (x, to) = (0, 0); to < rgb.Length; x++, to += 3)
        {
            var (y, cb, cr) = (luma[x], blueness[x] - Centre, redness[x] - Centre);
            rgb[to] = Clamp(y + (((RedOfCr * cr) + Half) >> FractionBits));
            rgb[to + 1] = Clamp(y + ((Half - (GreenOfCb * cb) - (GreenOfCr * cr)) >> FractionBits));
            rgb[to + 2] = Clamp(y + (((BlueOfCb * cb) + Half) >> FractionBits));
        }
    }

    /// <summary>
    /// Inverted C, M, Y in <paramref name="rgb"/> and inverted K, as Adobe stores them, to RGB with Pillow's rounding:
    /// R = (255 - K) - (255 - K) C / 255.
    /// </summary>
    private static void Darken(ReadOnlySpan<byte> invertedBlack, Span<byte> rgb)
    {
        for (var i = 0; i < rgb.Length; i++)
        {
            var light = invertedBlack[i / 3];
            rgb[i] = Clamp(light - DivideBy255((byte.MaxValue - rgb[i]) * light));
        }
    }

    private static int DivideBy255(int value) => (value + 128 + ((value + 128) >> 8)) >> 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Clamp(int value) => (byte)Math.Clamp(value, byte.MinValue, byte.MaxValue);
}
