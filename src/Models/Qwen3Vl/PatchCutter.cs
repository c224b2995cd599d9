using System.Collections.Immutable;
using MlxActors.Models.Media;

namespace MlxActors.Models.Qwen3Vl;

/// <summary>Cuts pictures of one size into the patches that the tower takes: frame, row, column, channel within a patch.</summary>
internal sealed class PatchCutter(Qwen3VlImageConfig config)
{
    private readonly ImmutableArray<float[]> _values = config.Scaling.ValuesOfLevels();

    /// <param name="frames">As many as a patch is deep, their sides multiples of the config's factor.</param>
    public PatchValues Cut(ReadOnlySpan<PixelImage> frames)
    {
        var (rows, columns) = (frames[0].Height / config.PatchSize, frames[0].Width / config.PatchSize);
        var values = new float[checked(frames.Length * frames[0].Rgb.Length)];
        var rest = values.AsSpan();
        foreach (var (row, column) in PatchOrder.Of(rows, columns, config.MergeSize))
        {
            foreach (var frame in frames)
            {
                for (var y = row * config.PatchSize; y < (row + 1) * config.PatchSize; y++)
                {
                    var line = frame.Row(y).Slice(column * config.PatchSize * PixelImage.Channels, config.PatchSize * PixelImage.Channels);
                    Scale(line, rest);
                    rest = rest[line.Length..];
                }
            }
        }
        return new PatchValues(values, rows, columns);
    }

    private void Scale(ReadOnlySpan<byte> levels, Span<float> values)
    {
        for (var i = 0; i < levels.Length; i++)
        {
            values[i] = _values[i % PixelImage.Channels][levels[i]];
        }
    }
}
