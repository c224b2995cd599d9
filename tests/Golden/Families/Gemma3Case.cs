using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Models;
using MlxActors.Models.Gemma3;
using MlxActors.Models.Media;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>A state or result that the reference recorded.</summary>
public sealed record GoldenOutput(string Name, float[] Values, int[] Shape, double Atol, double Rtol);

/// <summary>What greedy decoding gives behind the prompt; the margin is the smallest gap between the best two logits on the way.</summary>
public sealed record GoldenGreedy(ImmutableArray<int> Ids, double MinTop2Margin);

/// <summary>One case of the Gemma 3 fixtures.</summary>
/// <param name="Ids">Prompt tokens; empty for cases of the vision tower alone.</param>
/// <param name="Positions">The positions whose logits are recorded; null for all.</param>
public sealed record Gemma3Case(
    string Directory,
    ImmutableArray<int> Ids,
    ImmutableArray<int>? Positions,
    ImmutableArray<PixelValues> Images,
    ImmutableArray<GoldenOutput> Outputs,
    GoldenGreedy? Greedy,
    ImmutableArray<(string Key, JsonElement Value)> ConfigOverrides)
{
    private const string Folder = "models/gemma3";

    public static TheoryData<string?> All => Goldens.Files(Folder, "*.json", IsCase);

    public static IReadOnlyList<string> Paths { get; } =
        [.. ((IEnumerable<object?[]>)All).Select(row => row[0]).OfType<string>()];

    public static TheoryData<string?> Checkpoints =>
        Goldens.Rows(Paths.Select(path => Path.GetDirectoryName(Path.GetDirectoryName(path))!).Distinct(StringComparer.Ordinal));

    public static IEnumerable<Gemma3Case> Of(string checkpoint) =>
        Paths.Where(path => path.StartsWith(checkpoint + "/", StringComparison.Ordinal)).Select(Read);

    public static Gemma3Case Read(string path)
    {
        var file = Goldens.PathOf(path);
        var json = JsonDocument.Parse(File.ReadAllText(file)).RootElement;
        var tensors = GoldenTensors.Open(Path.ChangeExtension(file, ".safetensors"));
        var inputs = json.GetProperty("inputs");
        var informative = json.TryGetProperty("informative_only", out var names) ? names.EnumerateArray().Select(name => name.GetString()).ToArray() : [];
        return new Gemma3Case(
            Path.GetDirectoryName(Path.GetDirectoryName(file))!,
            inputs.TryGetProperty("ids", out _) ? Integers(tensors["input.ids"]) : [],
            inputs.TryGetProperty("positions", out _) ? Integers(tensors["input.positions"]) : null,
            inputs.TryGetProperty("pixel_values", out var pixels) ? Pixels(pixels, file, tensors) : [],
            [.. json.GetProperty("outputs").EnumerateObject().Where(output => !informative.Contains(output.Name)).Select(output => Output(output, tensors))],
            json.TryGetProperty("greedy", out var greedy) ? Greedily(greedy) : null,
            json.TryGetProperty("config_overrides", out var overrides)
                ? [.. overrides.EnumerateObject().Select(entry => (entry.Name, entry.Value))]
                : []);
    }

    /// <summary>The case's checkpoint, its config changed as the case says, on the backend given.</summary>
    public Gemma3Model Load(IBackend backend)
    {
        var quantization = QuantizationConfig.Parse(ConfigJson());
        var checkpoint = Checkpoint.Open(Directory).Match(checkpoint => checkpoint, error => throw new InvalidOperationException(error.ToString()));
        return Gemma3Model.Load(new WeightSource(checkpoint, quantization, backend), Config(), GenerationConfig.Read(Directory));
    }

    public Gemma3Config Config() => Gemma3Config.Parse(ConfigJson());

    /// <summary>The runs of image tokens in the prompt: position and length.</summary>
    public ImmutableArray<(int Position, int Length)> ImageRuns()
    {
        var config = Config();
        var runs = ImmutableArray.CreateBuilder<(int, int)>();
        for (var position = 0; position < Ids.Length; position++)
        {
            if (Ids[position] == config.ImageTokenIndex)
            {
                runs.Add((position, config.MmTokensPerImage));
                position += config.MmTokensPerImage - 1;
            }
        }
        return runs.ToImmutable();
    }

    public override string ToString() => Path.GetFileName(Directory);

    private static bool IsCase(string path) => path.Contains("/cases/", StringComparison.Ordinal);

    private ConfigNode ConfigJson()
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(Directory, "config.json")))!;
        foreach (var (key, value) in ConfigOverrides)
        {
            var steps = key.Split('.');
            steps[..^1].Aggregate(config, (node, step) => node[step]!)[steps[^1]] = JsonNode.Parse(value.GetRawText());
        }
        return new ConfigNode("config.json", "", JsonSerializer.SerializeToElement(config));
    }

    private static ImmutableArray<int> Integers(GoldenTensor tensor) => [.. tensor.Longs().Select(value => checked((int)value))];

    private static GoldenGreedy Greedily(JsonElement greedy) =>
        new([.. greedy.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())], greedy.GetProperty("min_top2_margin").GetDouble());

    private static GoldenOutput Output(JsonProperty output, GoldenTensors tensors)
    {
        var tensor = tensors[output.Value.GetProperty("tensor").GetString()!];
        return new GoldenOutput(
            output.Name, tensor.Floats(), tensor.Shape, output.Value.GetProperty("atol").GetDouble(), output.Value.GetProperty("rtol").GetDouble());
    }

    private static ImmutableArray<PixelValues> Pixels(JsonElement input, string file, GoldenTensors tensors)
    {
        var source = input.TryGetProperty("file", out var other)
            ? GoldenTensors.Open(Path.Combine(Path.GetDirectoryName(file)!, other.GetString()!))
            : tensors;
        var tensor = source["input.pixel_values"];
        var shape = input.GetProperty("shape").EnumerateArray().Select(length => length.GetInt32()).ToArray();
        var (values, size) = (tensor.Floats(), shape[1] * shape[2] * shape[3]);
        return [.. Enumerable.Range(0, shape[0]).Select(i => new PixelValues(values.AsSpan(i * size, size).ToArray(), shape[1], shape[2], shape[3]))];
    }
}
