using System.Text.Json;
using MlxActors.Golden.Families;
using MlxActors.Models;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Media;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Towers;

/// <summary>The MobileNetV5 tower, block by block, against every map that the reference recorded.</summary>
public sealed class Gemma3nTowerTests
{
    private const string Folder = "models/gemma3n";

    /// <summary>What the decoder's embedder makes of the tower's output: not the tower's own.</summary>
    private const string BehindTheTower = "soft_tokens";

    public static TheoryData<string?> Cases => Goldens.Files(Folder, "*.json", IsTowerCase);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_ExactMode_MatchesEveryMap(string? path) => Check(path, Backends.Exact());

    /// <summary>Nothing in the tower is quantized, so that it computes in floats in either mode.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Forward_FastMode_MatchesEveryMap(string? path) => Check(path, Backends.Fast());

    private static void Check(string? path, IBackend backend)
    {
        using var owned = backend;
        var file = Goldens.PathOf(Goldens.SkipWhenNone(path, "tower"));
        var golden = JsonDocument.Parse(File.ReadAllText(file)).RootElement;
        var tensors = GoldenTensors.Open(Path.ChangeExtension(file, ".safetensors"));
        var states = States(Path.GetDirectoryName(Path.GetDirectoryName(file))!, Picture(golden, file), backend);

        foreach (var output in golden.GetProperty("outputs").EnumerateObject().Where(output => output.Name != BehindTheTower))
        {
            Assert.True(states.TryGetValue(output.Name, out var state), $"the tower shows no state '{output.Name}'");
            var actual = Kept(golden, tensors, output.Name) is { } places ? state.At(places) : state.Values;
            var expected = tensors[output.Value.GetProperty("tensor").GetString()!].Floats();
            Closeness.AssertClose(output.Name, expected, actual, output.Value.GetProperty("atol").GetDouble(), rtol: 0);
        }
    }

    private static Dictionary<string, Map> States(string directory, PixelValues picture, IBackend backend)
    {
        var root = ConfigNode.Read(directory, "config.json");
        var config = Gemma3nVisionConfig.Parse(root.RequiredObject("vision_config"), root.Size("vision_soft_tokens_per_image"));
        var checkpoint = Checkpoint.Open(directory).Match(opened => opened, error => throw new InvalidOperationException($"{error}"));
        using var source = new WeightSource(checkpoint, QuantizationConfig.Parse(root), backend);
        var tower = Gemma3nVision.Load(WeightMap.Root(source) / "vision_tower", config);
        var states = new Dictionary<string, Map>();
        using var scope = backend.BeginScope();
        var tokens = tower.Forward(
            backend, picture, (state, value) => states[state] = new Map(value.Shape[1], value.Shape[2], backend.View(value).ToArray()));
        Assert.Equal(states["tower"].Values, backend.View(tokens).ToArray());
        Assert.Equal(new Shape(root.Size("vision_soft_tokens_per_image"), config.HiddenSize), tokens.Shape);
        return states;
    }

    private static PixelValues Picture(JsonElement golden, string file)
    {
        var input = golden.GetProperty("inputs").GetProperty("image_u8");
        var images = GoldenTensors.Open(Path.Combine(Path.GetDirectoryName(file)!, input.GetProperty("file").GetString()!));
        var tensor = images[input.GetProperty("tensor").GetString()!];
        var (height, width, channels) = (tensor.Shape[1], tensor.Shape[2], tensor.Shape[3]);
        var levels = tensor.Bytes().Chunk(height * width * channels).ElementAt(input.GetProperty("index")[0].GetInt32());
        var values = new float[levels.Length];
        for (var i = 0; i < levels.Length; i++)
        {
            values[i % channels * height * width + i / channels] = levels[i] / 255f;
        }
        return new PixelValues(values, channels, height, width);
    }

    /// <summary>The rows, and columns, of a large map that the fixture holds; null when it holds all.</summary>
    private static int[]? Kept(JsonElement golden, GoldenTensors tensors, string state) =>
        golden.GetProperty("inputs").TryGetProperty($"{state}.rows_cols", out var places)
            ? tensors[places.GetProperty("tensor").GetString()!].Ints()
            : null;

    private static bool IsTowerCase(string path)
    {
        if (!path.Contains("/cases/", StringComparison.Ordinal))
        {
            return false;
        }
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.PathOf(path)));
        var inputs = json.RootElement.GetProperty("inputs");
        return inputs.TryGetProperty("image_u8", out _) && !inputs.TryGetProperty("ids", out _);
    }

    private sealed record Map(int Width, int Channels, float[] Values)
    {
        public float[] At(int[] places) =>
        [
            .. from row in places
               from column in places
               from channel in Enumerable.Range(0, Channels)
               select Values[(row * Width + column) * Channels + channel],
        ];
    }
}
