using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Models;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Families;

/// <summary>A state or result that the reference recorded.</summary>
public sealed record GoldenOutput(string Name, float[] Values, int[] Shape, double Atol, double Rtol);

/// <summary>One case of the fixtures of any family.</summary>
/// <param name="Greedy">The tokens that greedy decoding gives behind the prompt; null when the case does not decode.</param>
public sealed record GoldenCase(
    GoldenFamily Family,
    string Directory,
    CaseFile File,
    CaseInputs Inputs,
    ImmutableArray<GoldenOutput> Outputs,
    ImmutableArray<int>? Greedy,
    ImmutableArray<(string Key, JsonElement Value)> ConfigOverrides)
{
    private const string Folder = "models";

    public static IReadOnlyList<string> Paths { get; } =
    [
        .. ((IEnumerable<object?[]>)Goldens.Files(Folder, "*.json", IsCase))
            .SelectMany(row => row.OfType<string>())
            .Where(path => KindOf(path) != "unit"),
    ];

    public static TheoryData<string?> All => Goldens.Rows(Paths);

    public static TheoryData<string?> WithText => Goldens.Rows(Paths.Where(path => !Read(path).Inputs.Ids.IsEmpty));

    public static TheoryData<string?> WithGreedy => Goldens.Rows(Paths.Where(path => Read(path).Greedy is not null));

    public static TheoryData<string?> WithLogits => Goldens.Rows(Paths.Where(path => Read(path).Logits is not null));

    public static TheoryData<string?> Checkpoints =>
        Goldens.Rows(Paths.Select(path => Path.GetDirectoryName(Path.GetDirectoryName(path))!).Distinct(StringComparer.Ordinal));

    public static IEnumerable<GoldenCase> Of(string checkpoint) =>
        Paths.Where(path => path.StartsWith(checkpoint + "/", StringComparison.Ordinal)).Select(Read);

    /// <summary>Of the positions that <see cref="CaseInputs.LogitPositions"/> names; null when the case is about other states.</summary>
    public GoldenOutput? Logits => Outputs.SingleOrDefault(output => output.Name is "logits" or "step_logits");

    public static GoldenCase Read(string path)
    {
        var file = Goldens.PathOf(path);
        var json = JsonDocument.Parse(System.IO.File.ReadAllText(file)).RootElement;
        var tensors = GoldenTensors.Open(Path.ChangeExtension(file, ".safetensors"));
        var directory = Path.GetDirectoryName(Path.GetDirectoryName(file))!;
        var family = GoldenFamily.Of(path)!;
        ImmutableArray<(string, JsonElement)> overrides = json.TryGetProperty("config_overrides", out var changed)
            ? [.. changed.EnumerateObject().Select(entry => (entry.Name, entry.Value))]
            : [];
        var informative = json.TryGetProperty("informative_only", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToArray()
            : [];
        var caseFile = new CaseFile(file, json, tensors, Config(directory, overrides));
        return new GoldenCase(
            family,
            directory,
            caseFile,
            family.ReadInputs(caseFile),
            [
                .. json.GetProperty("outputs").EnumerateObject()
                    .Where(output => !informative.Contains(output.Name) && !family.Indices.Contains(output.Name))
                    .Select(output => Output(output, tensors)),
            ],
            json.TryGetProperty("greedy", out var greedy)
                ? [.. greedy.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]
                : null,
            overrides);
    }

    /// <summary>The case's checkpoint, its config changed as the case says, on the backend given.</summary>
    public ITraceableModel Load(IBackend backend)
    {
        var config = Config(Directory, ConfigOverrides);
        var checkpoint = Checkpoint.Open(Directory)
            .Match(opened => opened, error => throw new InvalidOperationException(error.ToString()));
        var weights = new WeightSource(checkpoint, QuantizationConfig.Parse(config), backend);
        return (ITraceableModel)ModelLoader.FamilyOf(config).Model(weights, GenerationConfig.Read(Directory));
    }

    private static bool IsCase(string path) => path.Contains("/cases/", StringComparison.Ordinal) && GoldenFamily.Of(path) is not null;

    private static string? KindOf(string path)
    {
        using var json = JsonDocument.Parse(System.IO.File.ReadAllText(Goldens.PathOf(path)));
        return json.RootElement.GetProperty("kind").GetString();
    }

    private static ConfigNode Config(string directory, ImmutableArray<(string Key, JsonElement Value)> overrides)
    {
        var config = JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(directory, "config.json")))!;
        foreach (var (key, value) in overrides)
        {
            var steps = key.Split('.');
            steps[..^1].Aggregate(config, (node, step) => node[step]!)[steps[^1]] = JsonNode.Parse(value.GetRawText());
        }
        return new ConfigNode("config.json", "", JsonSerializer.SerializeToElement(config));
    }

    private static GoldenOutput Output(JsonProperty output, GoldenTensors tensors)
    {
        var tensor = tensors[output.Value.GetProperty("tensor").GetString()!];
        var values = tensor.DType switch
        {
            "I32" or "I64" => [.. tensor.Longs().Select(value => (float)value)],
            "U8" => [.. tensor.Bytes().Select(value => (float)value)],
            _ => tensor.Floats(),
        };
        return new GoldenOutput(
            output.Name,
            values,
            tensor.Shape,
            output.Value.GetProperty("atol").GetDouble(),
            output.Value.GetProperty("rtol").GetDouble());
    }
}
