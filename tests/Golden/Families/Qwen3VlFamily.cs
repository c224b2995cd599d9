using System.Collections.Immutable;
using System.Globalization;
using MlxActors.Models.Media;
using MlxActors.Models.Qwen3Vl;

namespace MlxActors.Golden.Families;

public sealed class Qwen3VlFamily : GoldenFamily
{
    public override IReadOnlyList<string> Indices { get; } = ["logit_positions", "step_index"];

    public override CaseInputs ReadInputs(CaseFile file)
    {
        var ids = file.Integers("input.input_ids");
        var config = Qwen3VlConfig.Parse(file.Config);
        var images = new Queue<PatchValues>(Patches(file, "input.pixel_values", "input.image_grid_thw", config.Vision!));
        var groups = new Queue<PatchValues>(Patches(file, "input.pixel_values_videos", "input.video_grid_thw", config.Vision!));
        return new CaseInputs(ids, LogitPositions(file, ids.Length), [.. Place(ids, config, images, groups)]);
    }

    public override string TextState(string state) => state switch
    {
        "embeddings" => "hidden_embed",
        "final_norm" => "hidden_norm",
        _ => $"hidden_layer_{int.Parse(state.AsSpan("layer_".Length), CultureInfo.InvariantCulture)}",
    };

    public override void AddTowerState(Dictionary<string, List<float>> states, string kind, string state, ReadOnlySpan<float> values) =>
        Append(states, $"{kind}_{state}", values);

    private static ImmutableArray<int>? LogitPositions(CaseFile file, int promptLength)
    {
        if (file.Tensors.Contains("expected.step_index"))
        {
            return [.. file.Integers("expected.step_index").Select(step => promptLength - 1 + step)];
        }
        return file.Tensors.Contains("expected.logit_positions") ? file.Integers("expected.logit_positions") : null;
    }

    /// <summary>Each kind takes its own patches in order; a group of frames stands alone, as an image does.</summary>
    private static IEnumerable<GoldenMedia> Place(
        ImmutableArray<int> ids, Qwen3VlConfig config, Queue<PatchValues> images, Queue<PatchValues> groups)
    {
        for (var position = 0; position < ids.Length; position++)
        {
            if (ids[position] == config.ImageTokenId || ids[position] == config.VideoTokenId)
            {
                var (kind, queue) = ids[position] == config.ImageTokenId ? ("image", images) : ("video", groups);
                var patches = queue.Dequeue();
                yield return new GoldenMedia(kind, position, patches);
                position += patches.GridRows * patches.GridColumns / config.Vision!.PatchesPerToken - 1;
            }
        }
        Assert.Empty(images);
        Assert.Empty(groups);
    }

    private static IEnumerable<PatchValues> Patches(CaseFile file, string pixels, string grids, Qwen3VlVisionConfig config)
    {
        if (!file.Tensors.Contains(pixels))
        {
            yield break;
        }
        var (values, first) = (file.Tensors[pixels].Floats(), 0);
        var length = values.Length / file.Tensors[pixels].Shape[0];
        foreach (var grid in file.Integers(grids).Chunk(3))
        {
            for (var group = 0; group < grid[0]; group++)
            {
                var count = grid[1] * grid[2] * length;
                yield return new PatchValues(ChannelsLast(values.AsSpan(first, count), length, config.InChannels), grid[1], grid[2]);
                first += count;
            }
        }
        Assert.Equal(values.Length, first);
    }

    /// <summary>The reference writes a patch with its channels first, this model takes them last, as MLX lays out a convolution.</summary>
    internal static float[] ChannelsLast(ReadOnlySpan<float> patches, int length, int channels)
    {
        var turned = new float[patches.Length];
        var pixels = length / channels;
        for (var i = 0; i < turned.Length; i++)
        {
            var (patch, place) = (i / length, i % length);
            turned[i] = patches[patch * length + place % channels * pixels + place / channels];
        }
        return turned;
    }
}
