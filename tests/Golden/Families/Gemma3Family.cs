using System.Collections.Immutable;
using MlxActors.Models.Gemma3;
using MlxActors.Models.Media;

namespace MlxActors.Golden.Families;

public sealed class Gemma3Family : GoldenFamily
{
    public override CaseInputs ReadInputs(CaseFile file)
    {
        var ids = file.HasInput("ids") ? file.Integers("input.ids") : [];
        var pixels = file.HasInput("pixel_values") ? Pixels(file) : [];
        var positions = ids.IsEmpty ? pixels.Select(_ => (int?)null) : ImagePositions(ids, Gemma3Config.Parse(file.Config));
        return new CaseInputs(
            ids,
            file.HasInput("positions") ? file.Integers("input.positions") : null,
            [.. positions.Zip(pixels, (position, image) => new GoldenMedia("image", position, image))]);
    }

    public override string TextState(string state) => state;

    public override void AddTowerState(Dictionary<string, List<float>> states, string kind, string state, ReadOnlySpan<float> values)
    {
        if (state == ModelRun.Features)
        {
            Append(states, "image_features", values);
        }
        else
        {
            // The fixtures hold the inner states of the first image.
            states.TryAdd(state, [.. values]);
        }
    }

    private static IEnumerable<int?> ImagePositions(ImmutableArray<int> ids, Gemma3Config config)
    {
        for (var position = 0; position < ids.Length; position++)
        {
            if (ids[position] == config.ImageTokenIndex)
            {
                yield return position;
                position += config.MmTokensPerImage - 1;
            }
        }
    }

    private static PixelValues[] Pixels(CaseFile file)
    {
        var input = file.Json.GetProperty("inputs").GetProperty("pixel_values");
        var source = input.TryGetProperty("file", out var other)
            ? GoldenTensors.Open(Path.Combine(Path.GetDirectoryName(file.Path)!, other.GetString()!))
            : file.Tensors;
        var shape = input.GetProperty("shape").EnumerateArray().Select(length => length.GetInt32()).ToArray();
        var (channels, height, width) = (shape[1], shape[2], shape[3]);
        var images = source["input.pixel_values"].Floats().Chunk(channels * height * width).Take(shape[0]);
        return [.. images.Select(image => new PixelValues(image, channels, height, width))];
    }
}
