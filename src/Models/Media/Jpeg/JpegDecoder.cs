using System.Buffers.Binary;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Jpeg;

/// <summary>
/// JPEG (ITU-T T.81) with Huffman coding: baseline, extended sequential and progressive, 8 bits, grey, YCbCr, RGB, CMYK and YCCK.
/// Pixels are those of libjpeg-turbo's default settings. Damaged data is an error, not a half-grey picture.
/// </summary>
internal sealed class JpegDecoder
{
    private readonly ReadOnlyMemory<byte> _content;
    private readonly ImageLimits _limits;
    private readonly ushort[]?[] _quantization = new ushort[]?[QuantizationTable.Tables];
    private readonly HuffmanTable?[] _dcTables = new HuffmanTable?[HuffmanTable.Tables];
    private readonly HuffmanTable?[] _acTables = new HuffmanTable?[HuffmanTable.Tables];
    private int _position = 2;
    private JpegFrame? _frame;
    private int _scans;
    private int _restartInterval;
    private bool _isJfif;
    private byte? _adobeTransform;
    private Orientation? _orientation;

    private JpegDecoder(ReadOnlyMemory<byte> content, ImageLimits limits) => (_content, _limits) = (content, limits);

    public static Result<PixelImage, MediaError> Decode(ReadOnlyMemory<byte> content, ImageLimits limits) =>
        new JpegDecoder(content, limits).Run();

    public static MediaError.Malformed Malformed(string problem) => new(MediaFormat.Jpeg, problem);

    private Result<PixelImage, MediaError> Run()
    {
        while (TryNextMarker(out var marker))
        {
            if (marker == JpegMarker.EndOfImage)
            {
                return Finish();
            }
            if (!JpegMarker.StandsAlone(marker) && ReadSegment(marker) is { } error)
            {
                return error;
            }
        }
        return Malformed($"the file ends at byte {_content.Length}, before its end-of-image marker");
    }

    /// <summary>Finds the next marker. What lies before it (fill bytes, the rest of a scan) is passed over.</summary>
    private bool TryNextMarker(out byte marker)
    {
        var rest = _content.Span[_position..];
        for (var i = 0; i + 1 < rest.Length; i++)
        {
            var skipped = rest[i..^1].IndexOf((byte)0xFF);
            if (skipped < 0)
            {
                break;
            }
            i += skipped;
            if (rest[i + 1] is not (0 or 0xFF))
            {
                marker = rest[i + 1];
                _position += i + 2;
                return true;
            }
        }
        marker = 0;
        return false;
    }

    private MediaError? ReadSegment(byte marker)
    {
        var rest = _content.Span[_position..];
        var length = rest.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (length < 2 || length > rest.Length)
        {
            return Malformed($"segment {marker:X2} at byte {_position} claims {length} bytes, {rest.Length} are left and 2 the least");
        }
        _position += length;
        return Read(marker, rest[2..length]);
    }

    private MediaError? Read(byte marker, ReadOnlySpan<byte> body)
    {
        switch (marker)
        {
            case JpegMarker.QuantizationTables:
                return QuantizationTable.Read(body, _quantization);

            case JpegMarker.HuffmanTables:
                return HuffmanTable.Read(body, _dcTables, _acTables);

            case JpegMarker.Baseline or JpegMarker.ExtendedSequential or JpegMarker.Progressive:
                return ReadFrame(marker, body);

            case JpegMarker.ArithmeticSequential or JpegMarker.ArithmeticProgressive:
                return new MediaError.UnsupportedVariant(MediaFormat.Jpeg, "arithmetic coding", "Huffman coding");

            case > JpegMarker.Progressive and <= JpegMarker.LastFrame
                and not (JpegMarker.JpegExtension or JpegMarker.ArithmeticConditioning):
                return new MediaError.UnsupportedVariant(
                    MediaFormat.Jpeg, $"process {marker - JpegMarker.Baseline} (lossless or hierarchical)", "sequential or progressive");

            case JpegMarker.RestartInterval when body.Length != sizeof(ushort):
                return Malformed($"DRI holds {body.Length} bytes, not 2");

            case JpegMarker.RestartInterval:
                _restartInterval = BinaryPrimitives.ReadUInt16BigEndian(body);
                return null;

            case JpegMarker.StartOfScan:
                return ReadScan(body);

            default:
                ReadApplicationSegment(marker, body);
                return null;
        }
    }

    private void ReadApplicationSegment(byte marker, ReadOnlySpan<byte> body)
    {
        const int jfifLength = 14;
        const int adobeLength = 12;
        switch (marker)
        {
            case JpegMarker.App0 when body.Length >= jfifLength && body.StartsWith("JFIF\0"u8):
                _isJfif = true;
                break;

            case JpegMarker.App1 when body.StartsWith("Exif\0\0"u8):
                _orientation ??= Exif.ReadOrientation(body[6..]);
                break;

            case JpegMarker.App14 when body.Length >= adobeLength && body.StartsWith("Adobe"u8):
                _adobeTransform = body[11];
                break;
        }
    }

    private MediaError? ReadFrame(byte marker, ReadOnlySpan<byte> body)
    {
        if (_frame is not null)
        {
            return Malformed("there are two frame headers");
        }
        switch (JpegFrame.Read(body, marker == JpegMarker.Progressive, _content.Length, _limits))
        {
            case Result<JpegFrame, MediaError>.Error(var reason):
                return reason;
            case Result<JpegFrame, MediaError>.Ok(var frame):
                _frame = frame;
                break;
        }
        return null;
    }

    private MediaError? ReadScan(ReadOnlySpan<byte> body)
    {
        if (_frame is null)
        {
            return Malformed("a scan stands before the frame header");
        }
        var allowed = _limits.MaxScanPixels / ((long)_frame.Size.Width * _frame.Size.Height);
        if (++_scans > Math.Max(allowed, _frame.Components.Length))
        {
            return new MediaError.TooLarge(
                MediaFormat.Jpeg,
                $"more than {_scans - 1} scans of {_frame.Size.Width} x {_frame.Size.Height} pixels",
                $"{_limits.MaxScanPixels} pixels in all");
        }
        switch (JpegScan.Read(body, _frame, _dcTables, _acTables))
        {
            case Result<JpegScan, MediaError>.Error(var reason):
                return reason;
            case Result<JpegScan, MediaError>.Ok(var scan):
                return DecodeScan(_frame, scan);
        }
        return null;
    }

    private MediaError? DecodeScan(JpegFrame frame, JpegScan scan)
    {
        foreach (var component in scan.Components.Select(component => component.Component))
        {
            component.Quantization ??= _quantization[component.Layout.TableIndex];
            if (component.Quantization is null)
            {
                return Malformed(
                    $"component {component.Layout.Id} names quantization table {component.Layout.TableIndex}, which no DQT defines");
            }
        }
        var bits = new BitReader(_content.Span, _position);
        var error = ScanDecoder.Decode(ref bits, frame, scan, _restartInterval);
        _position = bits.Position;
        return error;
    }

    private Result<PixelImage, MediaError> Finish()
    {
        if (_frame is null)
        {
            return Malformed("there is no frame header");
        }
        if (_frame.Components.FirstOrDefault(component => component.Quantization is null) is { } missing)
        {
            return Malformed($"no scan codes component {missing.Layout.Id}");
        }
        if (_frame.Progressive)
        {
            foreach (var component in _frame.Components)
            {
                component.TransformKept();
            }
        }
        return Compose(_frame, ColorModels.Of(_frame, _isJfif, _adobeTransform)).Orient(_orientation ?? Orientation.Upright);
    }

    private static PixelImage Compose(JpegFrame frame, ColorModel model)
    {
        var (width, height) = (frame.Size.Width, frame.Size.Height);
        var rgb = new byte[width * height * PixelImage.Channels];
        Upsampler[] planes = [.. frame.Components.Select(component => new Upsampler(component, frame))];
        for (var y = 0; y < height; y++)
        {
            ColorModels.ToRgb(
                model,
                planes[0].Row(y),
                planes.Length > 1 ? planes[1].Row(y) : default,
                planes.Length > 2 ? planes[2].Row(y) : default,
                planes.Length > 3 ? planes[3].Row(y) : default,
                rgb.AsSpan(y * width * PixelImage.Channels, width * PixelImage.Channels));
        }
        return new PixelImage(width, height, rgb);
    }
}
