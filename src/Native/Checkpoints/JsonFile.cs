using System.Text.Json;

namespace MlxActors.Native.Checkpoints;

/// <summary>The small JSON files of a checkpoint, read with bounds on their size and depth.</summary>
public static class JsonFile
{
    private const int MaxDepth = 64;

    /// <summary>The JSON object that a file of the checkpoint holds.</summary>
    /// <param name="name">File name within <paramref name="directory"/>.</param>
    /// <param name="maxBytes">Longer files are refused unread.</param>
    /// <exception cref="CheckpointException">There is no such file, or it is too long, or it holds something else.</exception>
    public static JsonElement ReadObject(string directory, string name, int maxBytes)
    {
        var bytes = Read(directory, name, maxBytes);
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new CheckpointException(name, null, "a JSON object", $"a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()}");
        }
        catch (JsonException exception)
        {
            throw new CheckpointException(name, null, "a JSON object", $"a fault on line {exception.LineNumber + 1}: {exception.Message}", exception);
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
