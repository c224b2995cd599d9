using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models;
using MlxActors.Models.Media;

namespace MlxActors.Golden.Families;

/// <summary>A case as it lies on disk, and the config of its checkpoint.</summary>
public sealed record CaseFile(string Path, JsonElement Json, GoldenTensors Tensors, ConfigNode Config)
{
    public bool HasInput(string name) => Json.GetProperty("inputs").TryGetProperty(name, out _);

    public ImmutableArray<int> Integers(string tensor) => [.. Tensors[tensor].Longs().Select(value => checked((int)value))];
}

/// <param name="Kind">As the fixtures name its states: image, audio or video.</param>
/// <param name="Position">Of its first token in the prompt; null when the case is about the tower alone.</param>
public sealed record GoldenMedia(string Kind, int? Position, MediaInput Input);

/// <summary>What a case puts in.</summary>
/// <param name="Ids">Prompt tokens; empty for cases of a tower alone.</param>
/// <param name="LogitPositions">The positions whose logits are recorded, greedy tokens included; null for all.</param>
public sealed record CaseInputs(ImmutableArray<int> Ids, ImmutableArray<int>? LogitPositions, ImmutableArray<GoldenMedia> Media);

/// <summary>How the fixtures of a family name what goes in and what comes out.</summary>
public abstract class GoldenFamily
{
    private static readonly Dictionary<string, GoldenFamily> ByFolder = new(StringComparer.Ordinal)
    {
        ["gemma3"] = new Gemma3Family(),
        ["gemma3n"] = new Gemma3nFamily(),
        ["qwen3_vl"] = new Qwen3VlFamily(),
    };

    /// <summary>Outputs that say which rows other outputs hold.</summary>
    public virtual IReadOnlyList<string> Indices => [];

    /// <summary>The family of <c>models/&lt;family&gt;/…</c>; null when these tests do not know it.</summary>
    public static GoldenFamily? Of(string path) => ByFolder.GetValueOrDefault(path.Split('/')[1]);

    public abstract CaseInputs ReadInputs(CaseFile file);

    /// <summary>The fixtures' name of a decoder's state.</summary>
    public abstract string TextState(string state);

    /// <summary>Adds a state of a tower to those of the media before it, as the fixtures do.</summary>
    public abstract void AddTowerState(Dictionary<string, List<float>> states, string kind, string state, ReadOnlySpan<float> values);

    /// <summary>Brings states to what the case recorded of them, where that is less than all.</summary>
    public virtual void Select(Dictionary<string, float[]> states, CaseFile file)
    {
    }

    protected static void Append(Dictionary<string, List<float>> states, string name, ReadOnlySpan<float> values)
    {
        states.TryAdd(name, []);
        states[name].AddRange(values);
    }
}
