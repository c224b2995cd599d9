using MlxActors.Native.Tensors;

namespace MlxActors.Native.Checkpoints;

/// <summary>The names that safetensors headers give to data types.</summary>
internal static class SafetensorsDTypes
{
    private static readonly Dictionary<string, DType> ByName = new(StringComparer.Ordinal)
    {
        ["BOOL"] = DType.Bool,
        ["U8"] = DType.UInt8,
        ["I8"] = DType.Int8,
        ["U16"] = DType.UInt16,
        ["I16"] = DType.Int16,
        ["U32"] = DType.UInt32,
        ["I32"] = DType.Int32,
        ["U64"] = DType.UInt64,
        ["I64"] = DType.Int64,
        ["F16"] = DType.Float16,
        ["BF16"] = DType.BFloat16,
        ["F32"] = DType.Float32,
        ["F64"] = DType.Float64,
    };

    private static readonly Dictionary<DType, string> Names = ByName.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string Known { get; } = string.Join(", ", ByName.Keys);

    public static DType? Parse(string name) => ByName.TryGetValue(name, out var dtype) ? dtype : null;

    public static string Name(this DType dtype) => Names[dtype];
}
