using System.Globalization;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Reads what ffmpeg writes, and no more of it than is allowed.</summary>
internal static class OutputReading
{
    private const int BufferLength = 1 << 16;
    private const int LongestHeader = 256;

    /// <returns>All of the output; null when it is longer than <paramref name="most"/> bytes.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadToEndAsync(this Stream output, long most, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[BufferLength];
        while (await output.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (all.Length + count > most)
            {
                return null;
            }
            all.Write(buffer, 0, count);
        }
        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }

    /// <summary>Pictures in the PAM format (Netpbm's P7) up to the output's end, <paramref name="most"/> at most.</summary>
    public static async Task<Result<List<PamPicture>, MediaError>> ReadPicturesAsync(
        this Stream output, MediaFormat format, ImageLimits limits, int most, CancellationToken cancellationToken)
    {
        await using var buffered = new BufferedStream(output, BufferLength);
        var pictures = new List<PamPicture>();
        while (pictures.Count < most && await ReadHeaderAsync(buffered, cancellationToken) is { } header)
        {
            switch (limits.Check(format, header.Width, header.Height))
            {
                case Result<PixelSize, MediaError>.Error(var reason):
                    return reason;
                case Result<PixelSize, MediaError>.Ok(var size):
                    var samples = new byte[(long)size.Width * size.Height * header.Depth];
                    if (await buffered.ReadAtLeastAsync(samples, samples.Length, throwOnEndOfStream: false, cancellationToken) < samples.Length)
                    {
                        return pictures;
                    }
                    pictures.Add(new PamPicture(size, header.Depth, samples));
                    break;
            }
        }
        return pictures;
    }

    /// <summary>Null at the output's end, and when no such picture begins there.</summary>
    private static async Task<PamHeader?> ReadHeaderAsync(Stream output, CancellationToken cancellationToken)
    {
        var text = new System.Text.StringBuilder();
        var letter = new byte[1];
        while (text.Length < LongestHeader && await output.ReadAsync(letter, cancellationToken) == 1)
        {
            text.Append((char)letter[0]);
            if (letter[0] == '\n' && text.ToString().EndsWith("ENDHDR\n", StringComparison.Ordinal))
            {
                return Parse(text.ToString());
            }
        }
        return null;
    }

    private static PamHeader? Parse(string text)
    {
        var fields = text.Split('\n').Select(line => line.Split(' ')).Where(field => field.Length == 2).ToLookup(field => field[0], field => field[1]);
        return int.TryParse(fields["WIDTH"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(fields["HEIGHT"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            && int.TryParse(fields["DEPTH"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var depth)
            && depth is PixelImage.Channels or PamPicture.WithAlpha
                ? new PamHeader(width, height, depth)
                : null;
    }

    private sealed record PamHeader(int Width, int Height, int Depth);
}
