using MlxActors.Golden.Tokenizers;
using MlxActors.Models;
using MlxActors.Models.Qwen3Vl;

namespace MlxActors.Golden.Processors;

/// <summary>A folder with the real tokenizer and the settings of the real checkpoints, and the processor that comes of it.</summary>
public sealed class Qwen3VlCheckpoint : IDisposable
{
    private static readonly string Tokenizer = Goldens.PathOf("tokenizers", "qwen3");
    private static readonly string Settings = Goldens.PathOf("models", "qwen3_vl", "tiny-vlm-4bit");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mlxactors-");
    private readonly Lazy<IProcessor> _processor;
    private readonly Lazy<IProcessor> _textOnly;

    public Qwen3VlCheckpoint()
    {
        _processor = new Lazy<IProcessor>(() => Load(config => config.Vision));
        _textOnly = new Lazy<IProcessor>(() => Load(_ => null));
    }

    public IProcessor Processor => _processor.Value;

    /// <summary>Of the same checkpoint without its tower.</summary>
    public IProcessor TextOnly => _textOnly.Value;

    public void Dispose() => _folder.Delete(recursive: true);

    private IProcessor Load(Func<Qwen3VlConfig, Qwen3VlVisionConfig?> visionOf)
    {
        Skip.IfNot(Directory.Exists(Tokenizer) && Directory.Exists(Settings), $"no tokenizer or settings of qwen3_vl under {Goldens.Root}");
        File.WriteAllBytes(Path.Combine(_folder.FullName, "tokenizer.json"), TokenizerFiles.Json(Tokenizer));
        foreach (var file in new[] { "preprocessor_config.json", "video_preprocessor_config.json" })
        {
            File.Copy(Path.Combine(Settings, file), Path.Combine(_folder.FullName, file), overwrite: true);
        }
        var config = Qwen3VlConfig.Parse(ConfigNode.Read(Settings, "config.json"));
        // The fixture's own vocabulary is smaller than the real tokenizer's.
        var real = config with { Text = config.Text with { VocabSize = 151936 } };
        return Qwen3VlFixture.Ok(Qwen3VlProcessor.Load(_folder.FullName, real, visionOf(real)));
    }
}
