using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Checkpoints;

/// <summary>
/// Reads the header of a safetensors file: 8 bytes of length, little-endian, then JSON from tensor names to dtype, shape and byte
/// range, then the data. As strict as the reference reader (github.com/huggingface/safetensors), and stricter about names given
/// twice.
/// </summary>
internal static class SafetensorsHeader
{
    private const int LengthBytes = sizeof(ulong);

    /// <summary>The reference reader's bound.</summary>
    private const int MaxBytes = 100_000_000;

    /// <summary>The header, an entry, its shape.</summary>
    private const int MaxDepth = 3;

    /// <summary>Far more than any model's names have; keeps error messages short.</summary>
    private const int MaxTextBytes = 1024;

    /// <summary>The tensors of a file, in the order of their bytes.</summary>
    /// <exception cref="CheckpointException">The header breaks a rule of the format, or the file ends too early or too late.</exception>
    public static IReadOnlyList<CheckpointTensor> Read(MappedFile file)
    {
        var header = new Header(Path.GetFileName(file.Path));
        var json = Json(file, header);
        if (!Utf8.IsValid(json))
        {
            throw header.Fault(null, "a header in UTF-8", "bytes that are not UTF-8");
        }
        List<Entry> entries;
        try
        {
            entries = Entries(json, header);
        }
        catch (JsonException exception)
        {
            throw header.Fault(null, "a header of JSON", exception.Message);
        }
        var start = LengthBytes + json.Length;
        CheckLayout(entries, file.Length - start, header);
        return [.. entries.Select(entry => new CheckpointTensor(entry.Name, entry.DType, entry.Shape, file, start + entry.Begin))];
    }

    private static ReadOnlySpan<byte> Json(MappedFile file, Header header)
    {
        if (file.Length < LengthBytes)
        {
            throw header.Fault(null, $"at least {LengthBytes} bytes", $"{file.Length}");
        }
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(0, LengthBytes));
        var limit = (ulong)Math.Min(MaxBytes, file.Length - LengthBytes);
        return length <= limit
            ? file.Bytes(LengthBytes, (int)length)
            : throw header.Fault(null, $"a header of at most {limit} bytes", $"a header length of {length}");
    }

    private static List<Entry> Entries(ReadOnlySpan<byte> json, Header header)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        var entries = new List<Entry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        reader.Read();
        header.Expect(reader, JsonTokenType.StartObject, null, "a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(reader);
            if (!names.Add(name))
            {
                throw header.Fault(name, "each name once", "it twice");
            }
            reader.Read();
            if (name == "__metadata__")
            {
                reader.Skip();
            }
            else
            {
                entries.Add(ReadEntry(ref reader, name, header));
            }
        }
        // Past the closing brace only white space may follow; the reader throws at anything else.
        reader.Read();
        return entries;
    }

    private static Entry ReadEntry(ref Utf8JsonReader reader, string name, Header header)
    {
        DType? dtype = null;
        Shape? shape = null;
        (long Begin, long End)? range = null;
        header.Expect(reader, JsonTokenType.StartObject, name, "an object of dtype, shape and data_offsets");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Text(reader);
            reader.Read();
            switch (key)
            {
                case "dtype" when dtype is null:
                    dtype = ReadDType(reader, name, header);
                    break;
                case "shape" when shape is null:
                    shape = ReadShape(ref reader, name, header);
                    break;
                case "data_offsets" when range is null:
                    range = ReadRange(ref reader, name, header);
                    break;
                default:
                    throw header.Fault(name, "dtype, shape and data_offsets, each once", $"'{key}'");
            }
        }
        return new Entry(
            name,
            dtype ?? throw header.Fault(name, "a dtype", "none"),
            shape ?? throw header.Fault(name, "a shape", "none"),
            range?.Begin ?? throw header.Fault(name, "data_offsets", "none"),
            range.Value.End);
    }

    private static DType ReadDType(in Utf8JsonReader reader, string name, Header header)
    {
        header.Expect(reader, JsonTokenType.String, name, "a dtype");
        var text = Text(reader);
        return SafetensorsDTypes.Parse(text) ?? throw header.Fault(name, $"a dtype of {SafetensorsDTypes.Known}", $"'{text}'");
    }

    private static Shape ReadShape(ref Utf8JsonReader reader, string name, Header header)
    {
        Span<long> dimensions = stackalloc long[Shape.MaxRank];
        var rank = ReadNumbers(ref reader, dimensions, int.MaxValue, name, "shape", header);
        Span<int> narrow = stackalloc int[Shape.MaxRank];
        for (var axis = 0; axis < rank; axis++)
        {
            narrow[axis] = (int)dimensions[axis];
        }
        return new Shape(narrow[..rank]);
    }

    private static (long Begin, long End) ReadRange(ref Utf8JsonReader reader, string name, Header header)
    {
        Span<long> offsets = stackalloc long[2];
        return ReadNumbers(ref reader, offsets, long.MaxValue, name, "data_offsets", header) == 2
            ? (offsets[0], offsets[1])
            : throw header.Fault(name, "data_offsets of two numbers", "fewer");
    }

    private static int ReadNumbers(
        ref Utf8JsonReader reader, scoped Span<long> numbers, long max, string name, string key, Header header)
    {
        var count = 0;
        header.Expect(reader, JsonTokenType.StartArray, name, $"{key} as an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            header.Expect(reader, JsonTokenType.Number, name, $"{key} of integers");
            if (!reader.TryGetInt64(out var number) || number < 0 || number > max)
            {
                throw header.Fault(name, $"{key} of integers between 0 and {max}", Header.Excerpt(reader.ValueSpan));
            }
            if (count == numbers.Length)
            {
                throw header.Fault(name, $"{key} of at most {numbers.Length} numbers", "more");
            }
            numbers[count++] = number;
        }
        return count;
    }

    /// <summary>
    /// Every byte of the data belongs to exactly one tensor, and each tensor's bytes are as many as its shape and dtype say.
    /// </summary>
    private static void CheckLayout(List<Entry> entries, long dataLength, Header header)
    {
        entries.Sort((left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));
        long position = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != position || entry.End < entry.Begin || entry.End > dataLength)
            {
                throw header.Fault(
                    entry.Name, $"bytes from {position} on, within the {dataLength} of data", $"data_offsets {entry.Begin} to {entry.End}");
            }
            if (ByteCount(entry) is var count && count != entry.End - entry.Begin)
            {
                var expected = count?.ToString(CultureInfo.InvariantCulture) ?? "fewer than 2^63";
                throw header.Fault(entry.Name, $"{expected} bytes for {entry.DType}{entry.Shape}", $"{entry.End - entry.Begin}");
            }
            position = entry.End;
        }
        if (position != dataLength)
        {
            throw header.Fault(null, $"{position} bytes of data", $"{dataLength}");
        }
    }

    /// <summary>Null when the product leaves 63 bits.</summary>
    private static long? ByteCount(Entry entry)
    {
        try
        {
            return checked(entry.Shape.Count * entry.DType.Size());
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The text of a name or string; an escape of half a surrogate pair is a fault of the JSON.</summary>
    private static string Text(in Utf8JsonReader reader)
    {
        try
        {
            return reader.ValueSpan.Length <= MaxTextBytes
                ? reader.GetString()!
                : throw new JsonException($"a string of more than {MaxTextBytes} bytes");
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    private sealed record Entry(string Name, DType DType, Shape Shape, long Begin, long End);

    /// <summary>Names the file in the faults of its header.</summary>
    private sealed record Header(string File)
    {
        private const int MaxExcerpt = 40;

        public CheckpointException Fault(string? subject, string expected, string found) => new(File, subject, expected, found);

        public void Expect(in Utf8JsonReader reader, JsonTokenType type, string? subject, string expected)
        {
            if (reader.TokenType != type)
            {
                throw Fault(subject, expected, reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject
                    ? reader.TokenType.ToString()
                    : Excerpt(reader.ValueSpan));
            }
        }

        public static string Excerpt(ReadOnlySpan<byte> json) =>
            System.Text.Encoding.UTF8.GetString(json[..Math.Min(json.Length, MaxExcerpt)]);
    }
}
