using System.Collections.Immutable;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Media;

namespace MlxActors.Golden.Families;

public sealed class Gemma3nFamily : GoldenFamily
{
    private const string Image = "image";
    private const string Audio = "audio";

    public override CaseInputs ReadInputs(CaseFile file)
    {
        var ids = file.HasInput("ids") ? file.Integers("input.ids") : [];
        var config = Gemma3nConfig.Parse(file.Config);
        var images = Rows(file, "image_u8").Select(row => Picture(row.Tensor, row.Index)).ToArray();
        var masks = Rows(file, "input_features_mask").Select(row => Row(row.Tensor.Bytes(), row));
        var clips = Rows(file, "input_features").Zip(masks, (row, mask) => Clip(row, mask)).ToArray();
        return new CaseInputs(
            ids,
            LogitPositions(file, ids.Length),
            ids.IsEmpty
                ? [.. Alone(Image, images), .. Alone(Audio, clips)]
                : [.. Place(ids, config, new Queue<PixelValues>(images), new Queue<MelFrames>(clips))]);
    }

    public override string TextState(string state) => state;

    public override void AddTowerState(Dictionary<string, List<float>> states, string kind, string state, ReadOnlySpan<float> values)
    {
        Append(states, state == ModelRun.Features ? $"{kind}_soft_tokens" : state, values);
        if (state == ModelRun.Features)
        {
            Append(states, "soft_tokens", values);
        }
    }

    /// <summary>Of large states, and of those that the answer joins, the fixtures hold some rows.</summary>
    public override void Select(Dictionary<string, float[]> states, CaseFile file)
    {
        foreach (var output in file.Json.GetProperty("outputs").EnumerateObject())
        {
            int[] shape = [.. output.Value.GetProperty("shape").EnumerateArray().Select(length => length.GetInt32())];
            if (Selected(states, file, output.Name, shape) is { } values)
            {
                states[output.Name] = values;
            }
        }
    }

    private static float[]? Selected(Dictionary<string, float[]> states, CaseFile file, string name, int[] shape) => name switch
    {
        "embed" => [.. states[name].Take(shape[0] * shape[1])],
        "per_layer_inputs" => file.HasInput("ple_positions")
            ? Rows(states[name], shape[1] * shape[2], file.Integers("input.ple_positions"))
            : states[name],
        // The same for every clip.
        "padding_embedding" => [.. states[name].Take(shape[0])],
        "logits_last8" => states["logits"][^(shape[0] * shape[1])..],
        "layers_last" =>
            [.. Enumerable.Range(0, shape[0]).SelectMany(layer => LastOfEachPlane(states[$"layer_{layer:00}"], shape[1], shape[2]))],
        "conv_0_first4" => [.. states["conv_0"].Take(shape[0] * shape[1] * shape[2])],
        _ when file.HasInput($"{name}.steps") => Rows(states[name], shape[1] * shape[2], file.Integers($"input.{name}.steps")),
        _ when file.HasInput($"{name}.rows_cols") => Crossings(states[name], shape[2], file.Integers($"input.{name}.rows_cols")),
        _ => null,
    };

    private static float[] Rows(float[] values, int width, ImmutableArray<int> rows) =>
        [.. rows.SelectMany(row => values[(row * width)..((row + 1) * width)])];

    private static IEnumerable<float> LastOfEachPlane(float[] planes, int count, int width) =>
        planes.Chunk(planes.Length / count).SelectMany(plane => plane[^width..]);

    /// <summary>The pixels of a square map at some rows and the same columns.</summary>
    private static float[] Crossings(float[] map, int channels, ImmutableArray<int> places)
    {
        var side = (int)Math.Sqrt(map.Length / channels);
        return Rows(map, channels, [.. places.SelectMany(row => places.Select(column => row * side + column))]);
    }

    private static ImmutableArray<int>? LogitPositions(CaseFile file, int promptLength)
    {
        if (file.HasInput("steps"))
        {
            return [.. file.Integers("input.steps").Select(step => promptLength - 1 + step)];
        }
        return file.HasInput("logit_positions") ? file.Integers("input.logit_positions") : [.. Enumerable.Range(0, promptLength)];
    }

    private static IEnumerable<GoldenMedia> Alone(string kind, IEnumerable<MediaInput> inputs) =>
        inputs.Select(input => new GoldenMedia(kind, null, input));

    private static IEnumerable<GoldenMedia> Place(
        ImmutableArray<int> ids, Gemma3nConfig config, Queue<PixelValues> images, Queue<MelFrames> clips)
    {
        for (var position = 0; position < ids.Length; position++)
        {
            if (ids[position] == config.ImageTokenId)
            {
                yield return new GoldenMedia(Image, position, images.Dequeue());
                position += config.VisionSoftTokens - 1;
            }
            else if (ids[position] == config.AudioTokenId)
            {
                yield return new GoldenMedia(Audio, position, clips.Dequeue());
                position += config.AudioSoftTokens - 1;
            }
        }
        Assert.Empty(images);
        Assert.Empty(clips);
    }

    /// <summary>An input's rows of the tensor that all cases share; none when the case has no such input.</summary>
    private static IEnumerable<(GoldenTensor Tensor, int Index)> Rows(CaseFile file, string name)
    {
        if (!file.HasInput(name))
        {
            return [];
        }
        var input = file.Json.GetProperty("inputs").GetProperty(name);
        var shared = GoldenTensors.Open(Path.Combine(Path.GetDirectoryName(file.Path)!, input.GetProperty("file").GetString()!));
        var tensor = shared[input.GetProperty("tensor").GetString()!];
        return input.GetProperty("index").EnumerateArray().Select(index => (tensor, index.GetInt32()));
    }

    private static T[] Row<T>(T[] values, (GoldenTensor Tensor, int Index) row)
    {
        var length = values.Length / row.Tensor.Shape[0];
        return values[(row.Index * length)..((row.Index + 1) * length)];
    }

    private static PixelValues Picture(GoldenTensor tensor, int index)
    {
        var (height, width, channels) = (tensor.Shape[1], tensor.Shape[2], tensor.Shape[3]);
        var levels = Row(tensor.Bytes(), (tensor, index));
        var values = new float[levels.Length];
        for (var i = 0; i < levels.Length; i++)
        {
            values[i % channels * height * width + i / channels] = levels[i] / 255f;
        }
        return new PixelValues(values, channels, height, width);
    }

    private static MelFrames Clip((GoldenTensor Tensor, int Index) row, byte[] mask) => new(
        Row(row.Tensor.Floats(), row), row.Tensor.Shape[1], row.Tensor.Shape[2], mask.Count(real => real != 0));
}
