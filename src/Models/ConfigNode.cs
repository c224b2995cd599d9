using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Models;

/// <summary>
/// An object of a checkpoint's JSON configuration, and where it stands. Every getter is total: it gives a value within its
/// bounds, or throws a <see cref="CheckpointException"/> that names the key, what was expected and what was found. A null counts
/// as absent.
/// </summary>
public readonly record struct ConfigNode(string File, string Path, JsonElement Json)
{
    /// <summary>More than any tensor of any model has along one axis; keeps products of sizes within their types.</summary>
    public const int MaxSize = 1 << 24;

    private const int MaxFileBytes = 16 << 20;
    private const int MaxExcerpt = 60;

    public static ConfigNode Read(string directory, string file) => new(file, "", JsonFile.ReadObject(directory, file, MaxFileBytes));

    public static ConfigNode Parse(string file, ReadOnlyMemory<byte> utf8) => new(file, "", JsonFile.ParseObject(utf8, file));

    public bool Has(string key) => Find(key) is not null;

    public ConfigNode? Object(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => this with { Path = PathOf(key), Json = value },
        _ => throw Wrong(key, "an object"),
    };

    public ConfigNode RequiredObject(string key) => Object(key) ?? throw Wrong(key, "an object");

    /// <summary>A positive integer up to <paramref name="max"/>.</summary>
    public int Size(string key, int? fallback = null, int max = MaxSize) => Find(key) switch
    {
        null when fallback is { } value => value,
        { } value when IsInteger(value, 1, max) => value.GetInt32(),
        _ => throw Wrong(key, $"a positive integer up to {max}"),
    };

    /// <summary>A finite number above zero.</summary>
    public double PositiveNumber(string key, double? fallback = null) => Find(key) switch
    {
        null when fallback is { } value => value,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && IsPositive(number) => number,
        _ => throw Wrong(key, "a positive number"),
    };

    /// <summary>A number within bounds, or null when the key is absent.</summary>
    public double? Number(string key, double min, double max) => Find(key) switch
    {
        null => null,
        { } value when IsNumber(value, min, max) => value.GetDouble(),
        _ => throw Wrong(key, $"a number from {min} to {max}"),
    };

    /// <summary>An integer within bounds, or null when the key is absent.</summary>
    public int? Integer(string key, int min, int max) => Find(key) switch
    {
        null => null,
        { } value when IsInteger(value, min, max) => value.GetInt32(),
        _ => throw Wrong(key, $"an integer from {min} to {max}"),
    };

    public bool Flag(string key, bool fallback) => Find(key) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(key, "true or false"),
    };

    public string? Text(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Wrong(key, "a string"),
    };

    /// <summary>One of the names in <paramref name="choices"/>; <paramref name="fallback"/> when the key is absent.</summary>
    public T Choice<T>(string key, IReadOnlyDictionary<string, T> choices, string fallback) =>
        choices.TryGetValue(Text(key) ?? fallback, out var choice)
            ? choice
            : throw Wrong(key, $"one of {string.Join(", ", choices.Keys.Order(StringComparer.Ordinal))}");

    /// <summary>The strings of an array of <paramref name="count"/>, or null when the key is absent.</summary>
    public ImmutableArray<string>? Texts(string key, int count)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == count
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Wrong(key, $"an array of {count} strings");
    }

    /// <summary>
    /// An array of at most <paramref name="maxCount"/> integers from 0 to <paramref name="max"/>, or null when the key is absent.
    /// </summary>
    public ImmutableArray<int>? Integers(string key, int maxCount, int max)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }
        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= maxCount
            && value.EnumerateArray().All(item => IsInteger(item, 0, max))
            ? [.. value.EnumerateArray().Select(item => item.GetInt32())]
            : throw Wrong(key, $"an array of at most {maxCount} integers from 0 to {max}");
    }

    /// <summary>Token ids, written as one number or as an array; null when the key is absent.</summary>
    public ImmutableHashSet<int>? Ids(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }
        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        return items.All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0)
            ? [.. items.Select(item => item.GetInt32())]
            : throw Wrong(key, "a token id, or an array of them");
    }

    /// <summary>A positive integer for each of <paramref name="count"/> layers: an array of them, or one for all.</summary>
    public ImmutableArray<int> SizeByLayer(string key, int count, int fallback) => Find(key) is { ValueKind: JsonValueKind.Array } values
        ? values.GetArrayLength() == count && values.EnumerateArray().All(item => IsInteger(item, 1, MaxSize))
            ? [.. values.EnumerateArray().Select(item => item.GetInt32())]
            : throw Wrong(key, $"{count} positive integers up to {MaxSize}")
        : [.. Enumerable.Repeat(Size(key, fallback), count)];

    /// <summary>
    /// A number within bounds for each of <paramref name="count"/> layers: an array of them, or one for all; null when the key is absent.
    /// </summary>
    public ImmutableArray<double>? NumberByLayer(string key, int count, double min, double max) => Find(key) switch
    {
        { ValueKind: JsonValueKind.Array } values => values.GetArrayLength() == count
            && values.EnumerateArray().All(item => IsNumber(item, min, max))
            ? [.. values.EnumerateArray().Select(item => item.GetDouble())]
            : throw Wrong(key, $"{count} numbers from {min} to {max}"),
        _ => Number(key, min, max) is { } number ? [.. Enumerable.Repeat(number, count)] : null,
    };

    /// <summary>The fault of a key: what was expected, beside what stands there.</summary>
    public CheckpointException Wrong(string key, string expected)
    {
        var text = Json.TryGetProperty(key, out var found) ? found.GetRawText() : "nothing";
        return new CheckpointException(File, PathOf(key), expected, text.Length > MaxExcerpt ? $"{text[..MaxExcerpt]}..." : text);
    }

    private static bool IsPositive(double number) => double.IsFinite(number) && number > 0;

    private static bool IsInteger(JsonElement value, int min, int max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max;

    private static bool IsNumber(JsonElement value, double min, double max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max;

    private JsonElement? Find(string key) =>
        Json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";
}
