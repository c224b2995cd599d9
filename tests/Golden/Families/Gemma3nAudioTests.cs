using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Text.Json;
using MlxActors.Models;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Media;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;
using Tensor = MlxActors.Native.Tensors.Tensor;

namespace MlxActors.Golden.Families;

/// <summary>The audio tower alone, state by state, against every recorded case of it.</summary>
public sealed class Gemma3nAudioTests
{
    private const string Folder = "models/gemma3n";

    /// <summary>
    /// Root mean square of the errors over that of the tower's output; 1.1e-6 was measured. The tower's weights are plain here, so that only
    /// the order of sums is left to differ.
    /// </summary>
    private const double FastErrorBound = 2.5e-6;

    public static TheoryData<string?> Cases => Goldens.Files(Folder, "audio_tower*.json");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_Case_MatchesEveryRecordedState(string? name)
    {
        using var backend = Backends.Exact();
        var (json, tensors, states) = Run(Goldens.SkipWhenNone(name, Folder), backend);
        var compared = 0;
        foreach (var output in json.GetProperty("outputs").EnumerateObject().Where(output => states.ContainsKey(output.Name)))
        {
            var expected = tensors[output.Value.GetProperty("tensor").GetString()!];
            float[] values = expected.DType == "U8" ? [.. expected.Bytes().Select(value => (float)value)] : expected.Floats();
            Closeness.AssertClose(output.Name, values, [.. states[output.Name]], output.Value.GetProperty("atol").GetDouble(), rtol: 0);
            compared++;
        }
        Assert.InRange(compared, 5, int.MaxValue);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_CaseInFastMode_StaysWithinTheMeasuredBound(string? name)
    {
        using var backend = Backends.Fast();
        var (json, tensors, states) = Run(Goldens.SkipWhenNone(name, Folder), backend);
        var expected = tensors[json.GetProperty("outputs").GetProperty("tower").GetProperty("tensor").GetString()!].Floats();
        var error = TensorPrimitives.Distance<float>(expected, states["tower"].ToArray()) / TensorPrimitives.Norm<float>(expected);
        Assert.InRange(error, 0, FastErrorBound);
    }

    private static (JsonElement Json, GoldenTensors Tensors, Dictionary<string, List<float>> States) Run(string name, IBackend backend)
    {
        var path = Goldens.PathOf(name);
        var json = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        var tensors = GoldenTensors.Open(Path.ChangeExtension(path, ".safetensors"));
        var directory = Path.GetDirectoryName(Path.GetDirectoryName(path))!;
        var config = ConfigNode.Read(directory, "config.json");
        var checkpoint = Checkpoint.Open(directory).Match(opened => opened, error => throw new InvalidOperationException(error.ToString()));
        using var source = new WeightSource(checkpoint, QuantizationConfig.Parse(config), backend);
        var audio = Gemma3nAudio.Load(
            WeightMap.Root(source) / "audio_tower", Gemma3nAudioConfig.Parse(config.RequiredObject("audio_config")));
        var states = new Dictionary<string, List<float>>();
        int[]? steps = tensors.Contains("input.conv_1.steps") ? tensors["input.conv_1.steps"].Ints() : null;
        foreach (var clip in Clips(path, json))
        {
            using var scope = backend.BeginScope();
            audio.Forward(backend, clip, (state, value) => Add(states, backend, state, value, steps));
        }
        return (json, tensors, states);
    }

    private static void Add(Dictionary<string, List<float>> states, IBackend b, string state, Tensor value, int[]? conv1Steps)
    {
        var (name, rows) = state switch
        {
            "conv_0" => ("conv_0_first4", b.Slice(value, 0, 4)),
            "conv_1" when conv1Steps is not null => (state, b.Gather(value, conv1Steps)),
            _ => (state, value),
        };
        states.TryAdd(name, []);
        states[name].AddRange(b.View(rows));
    }

    private static IEnumerable<MelFrames> Clips(string path, JsonElement json)
    {
        var inputs = json.GetProperty("inputs");
        var (features, mask) = (inputs.GetProperty("input_features"), inputs.GetProperty("input_features_mask"));
        var shared = GoldenTensors.Open(Path.Combine(Path.GetDirectoryName(path)!, features.GetProperty("file").GetString()!));
        var values = shared[features.GetProperty("tensor").GetString()!];
        var real = shared[mask.GetProperty("tensor").GetString()!].Bytes();
        var (frames, bins) = (values.Shape[1], values.Shape[2]);
        var clips = values.Floats().Chunk(frames * bins).ToImmutableArray();
        return features.GetProperty("index").EnumerateArray().Select(index => index.GetInt32()).Select(index =>
            new MelFrames(clips[index], frames, bins, real.AsSpan(index * frames, frames).IndexOf((byte)0) is >= 0 and var end ? end : frames));
    }
}
