using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MlxActors.Golden;

/// <summary>
/// A reader of the fixtures' safetensors files, for tests only: it is written apart from the product's reader,
/// so that neither can hide a mistake of the other.
/// </summary>
public sealed class GoldenTensors
{
    private readonly byte[] _file;
    private readonly IReadOnlyDictionary<string, GoldenTensor> _tensors;

    private GoldenTensors(byte[] file)
    {
        _file = file;
        var headerLength = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        _tensors = header.RootElement.EnumerateObject()
            .Where(entry => entry.Name != "__metadata__")
            .ToDictionary(entry => entry.Name, entry => Read(entry, 8 + headerLength), StringComparer.Ordinal);
    }

    public IEnumerable<string> Names => _tensors.Keys;

    public GoldenTensor this[string name] => _tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new KeyNotFoundException($"the fixture holds no tensor '{name}'; it holds {string.Join(", ", _tensors.Keys.Order())}");

    public static GoldenTensors Open(string path) => new(File.ReadAllBytes(path));

    public bool Contains(string name) => _tensors.ContainsKey(name);

    private GoldenTensor Read(JsonProperty entry, int dataStart)
    {
        var offsets = entry.Value.GetProperty("data_offsets");
        var begin = offsets[0].GetInt32();
        return new GoldenTensor(
            entry.Name,
            entry.Value.GetProperty("dtype").GetString()!,
            [.. entry.Value.GetProperty("shape").EnumerateArray().Select(length => length.GetInt32())],
            _file.AsMemory(dataStart + begin, offsets[1].GetInt32() - begin));
    }
}

/// <summary>One tensor of a fixture: row-major, little-endian, with the dtype's safetensors name.</summary>
public sealed record GoldenTensor(string Name, string DType, int[] Shape, ReadOnlyMemory<byte> Raw)
{
    public int Count => Shape.Aggregate(1, (product, length) => product * length);

    /// <summary>32-bit floats; bfloat16 widened, which is exact.</summary>
    public float[] Floats() => DType == "BF16"
        ? [.. As<ushort>("BF16").Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16))]
        : As<float>("F32");

    public byte[] Bytes() => As<byte>("U8");

    public int[] Ints() => As<int>("I32");

    /// <summary>64-bit integers; the 32-bit ones widened.</summary>
    public long[] Longs() => DType == "I32" ? [.. Ints().Select(value => (long)value)] : As<long>("I64");

    private T[] As<T>(string dtype)
        where T : struct
    {
        var values = MemoryMarshal.Cast<byte, T>(Raw.Span).ToArray();
        return DType == dtype && values.Length == Count
            ? values
            : throw new InvalidOperationException($"'{Name}' is {DType} [{string.Join(", ", Shape)}] in {Raw.Length} bytes, not {dtype}");
    }
}
