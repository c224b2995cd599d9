using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MlxActors.Models.Text;

namespace MlxActors.Benchmarks.Tokenizers;

/// <summary>What the tokenizer benchmarks read: the real tokenizer files and text, all from this repository.</summary>
internal static class Fixtures
{
    /// <summary>Bytes of <see cref="MixedText"/>.</summary>
    public const int TextBytes = 1_000_000;

    private static readonly string Repository = FindRepository();

    public static string Goldens => Path.Combine(Repository, "tests", "Golden", "goldens");

    /// <summary>The content of a family's <c>tokenizer.json</c>.</summary>
    public static byte[] TokenizerFile(string family) => Unpack(family, "tokenizer.json");

    /// <summary>The content of a family's <c>tokenizer_config.json</c>.</summary>
    public static byte[] TokenizerConfig(string family) => Unpack(family, "tokenizer_config.json");

    public static HuggingFaceTokenizer Tokenizer(byte[] file) =>
        HuggingFaceTokenizer.Read(file, "tokenizer.json")
            .Match(tokenizer => tokenizer, error => throw new InvalidDataException(error.Message));

    /// <summary>
    /// One megabyte: the golden texts in many scripts, and the prose and code of this repository, in small pieces among each other.
    /// </summary>
    public static string MixedText()
    {
        var golden = Directory.EnumerateFiles(Tokenizers, "ids.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(File.ReadLines)
            .Select(line => JsonElement.Parse(line).GetProperty("text").GetString()!);
        var own = new[] { "src", "tests", "benchmarks", "models" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository, folder), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".md")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadAllText(file).Chunk(2000))
            .Select(chunk => new string(chunk));
        var pieces = golden.Concat(own).ToArray();
        new Random(1).Shuffle(pieces);
        var text = string.Join('\n', pieces);
        while (Encoding.UTF8.GetByteCount(text) < TextBytes)
        {
            text += text;
        }
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text).AsSpan(0, TextBytes)).TrimEnd('\uFFFD');
    }

    /// <summary>256 K random letters.</summary>
    public static string LongWord()
    {
        var random = new Random(1);
        return string.Create(256 * 1024, random, (word, source) => source.GetItems("abcdefghijklmnopqrstuvwxyz", word));
    }

    private static string Tokenizers => Path.Combine(Goldens, "tokenizers");

    private static byte[] Unpack(string family, string file)
    {
        using var brotli = new BrotliStream(File.OpenRead(Path.Combine(Tokenizers, family, $"{file}.br")), CompressionMode.Decompress);
        using var content = new MemoryStream();
        brotli.CopyTo(content);
        return content.ToArray();
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MlxActors.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException($"no MlxActors.sln above {AppContext.BaseDirectory}");
    }
}
