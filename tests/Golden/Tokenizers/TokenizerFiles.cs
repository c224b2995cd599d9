using System.IO.Compression;
using MlxActors.Models.Text;

namespace MlxActors.Golden.Tokenizers;

/// <summary>Loads each tokenizer once; the real ones take a second.</summary>
internal static class TokenizerFiles
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<HuggingFaceTokenizer>> Loaded = new();

    /// <summary>The tokenizer of a folder, which holds <c>tokenizer.json</c> plain or compressed.</summary>
    public static HuggingFaceTokenizer Of(string folder) =>
        Loaded.GetOrAdd(folder, key => new Lazy<HuggingFaceTokenizer>(() => Load(Path.Combine(key, "tokenizer.json")))).Value;

    /// <summary>The content of a folder's <c>tokenizer.json</c>.</summary>
    public static byte[] Json(string folder)
    {
        var path = Path.Combine(folder, "tokenizer.json");
        return File.Exists(path) ? File.ReadAllBytes(path) : Decompress(path + ".br");
    }

    private static HuggingFaceTokenizer Load(string path) =>
        (File.Exists(path) ? HuggingFaceTokenizer.Load(path) : HuggingFaceTokenizer.Read(Decompress(path + ".br"), path))
        .Match(tokenizer => tokenizer, error => throw new InvalidDataException(error.Message));

    private static byte[] Decompress(string path)
    {
        using var brotli = new BrotliStream(File.OpenRead(path), CompressionMode.Decompress);
        using var content = new MemoryStream();
        brotli.CopyTo(content);
        return content.ToArray();
    }
}
