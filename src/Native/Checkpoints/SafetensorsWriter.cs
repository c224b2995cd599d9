using System.Buffers.Binary;
using System.Text.Json;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Checkpoints;

/// <summary>A tensor to be written.</summary>
/// <param name="Write">Writes exactly <see cref="Length"/> bytes of row-major little-endian numbers.</param>
public sealed record TensorSource(string Name, DType DType, Shape Shape, Action<Stream> Write)
{
    /// <summary>Length in bytes.</summary>
    public long Length => checked(Shape.Count * DType.Size());

    /// <summary>A tensor of bytes at hand.</summary>
    public static TensorSource Of(string name, DType dtype, Shape shape, ReadOnlyMemory<byte> bytes) =>
        new(name, dtype, shape, stream => stream.Write(bytes.Span));
}

/// <summary>Writes safetensors files, tensor after tensor, so that no more than one has to be in memory.</summary>
public static class SafetensorsWriter
{
    /// <summary>Headers are padded with spaces so that the data begins at a multiple of this.</summary>
    private const int Alignment = 8;

    /// <exception cref="InvalidOperationException">A source wrote more or fewer bytes than its shape says.</exception>
    public static void Write(string path, IReadOnlyList<TensorSource> tensors)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
        var header = Header(tensors);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var tensor in tensors)
        {
            var end = stream.Position + tensor.Length;
            tensor.Write(stream);
            if (stream.Position != end)
            {
                throw new InvalidOperationException($"{tensor.Name}: {stream.Position - end} bytes more than its shape says");
            }
        }
    }

    private static byte[] Header(IReadOnlyList<TensorSource> tensors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "mlx");
            json.WriteEndObject();
            long begin = 0;
            foreach (var tensor in tensors)
            {
                WriteEntry(json, tensor, begin);
                begin += tensor.Length;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }
        return buffer.ToArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, TensorSource tensor, long begin)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.DType.Name());
        json.WriteStartArray("shape");
        foreach (var dimension in tensor.Shape.ToArray())
        {
            json.WriteNumberValue(dimension);
        }
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(begin + tensor.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
