using System.Text.Json;
using System.Text.Unicode;

namespace MlxActors.Native.Checkpoints;

/// <summary>The small JSON files of a checkpoint, read with bounds on their size and depth.</summary>
public static class JsonFile
{
    private const int MaxDepth = 64;

    /// <summary>The JSON object that a file of the checkpoint holds.</summary>
    /// <param name="name">File name within <paramref name="directory"/>.</param>
    /// <param name="maxBytes">Longer files are refused unread.</param>
    /// <exception cref="CheckpointException">There is no such file, or it is too long, or it holds something else.</exception>
    public static JsonElement ReadObject(string directory, string name, int maxBytes) => ParseObject(Read(directory, name, maxBytes), name);

    /// <summary>The JSON object in the content of a file; every string in it can be read without fault.</summary>
    /// <param name="name">The file's name, for errors.</param>
    /// <exception cref="CheckpointException">It is something else.</exception>
    public static JsonElement ParseObject(ReadOnlyMemory<byte> utf8, string name)
    {
        try
        {
            CheckStrings(utf8.Span);
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? root.Clone()
                : throw new CheckpointException(name, null, "a JSON object", $"a JSON {root.ValueKind.ToString().ToLowerInvariant()}");
        }
        catch (JsonException exception)
        {
            throw new CheckpointException(name, null, "a JSON object", exception.Message, exception);
        }
    }

    /// <summary>A document takes any bytes for a string, and throws only when somebody reads it: look at all of them here.</summary>
    private static void CheckStrings(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new JsonException("not UTF-8");
        }
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    private static byte[] Read(string directory, string name, int maxBytes)
    {
        var file = new FileInfo(Path.Combine(directory, name));
        if (!file.Exists)
        {
            throw new CheckpointException(name, null, "a file", file.Attributes > 0 ? "something else of this name" : "no such file");
        }
        try
        {
            using var stream = file.OpenRead();
            if (stream.Length > maxBytes)
            {
                throw new CheckpointException(name, null, $"at most {maxBytes} bytes", $"{stream.Length} bytes");
            }
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(name, null, "a readable file", exception.Message, exception);
        }
    }
}
