using System.Text.Json;
using MlxActors.Benchmarks.Tokenizers;

namespace MlxActors.Benchmarks.Peer;

/// <summary>A checkpoint of random weights with its family's real tokenizer, so that a server can serve it. Deleted at the end.</summary>
internal sealed class ServedFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlxactors-peer-");

    public ServedFolder(string checkpoint)
    {
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.GetFullPath(checkpoint)))
        {
            File.CreateSymbolicLink(In(System.IO.Path.GetFileName(file)), file);
        }
        var config = JsonElement.Parse(File.ReadAllBytes(In("config.json")));
        var isQwen = config.GetProperty("model_type").GetString()!.StartsWith("qwen", StringComparison.Ordinal);
        var family = isQwen ? "qwen3" : "gemma3";
        File.WriteAllBytes(In("tokenizer.json"), Fixtures.TokenizerFile(family));
        File.WriteAllBytes(In("tokenizer_config.json"), Fixtures.TokenizerConfig(family));
    }

    public string Path => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
