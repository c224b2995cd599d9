using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Hub;

/// <summary>Names of models on a made-up disk: one shipped model, one Hugging Face cache.</summary>
public sealed class ModelCatalogTests : IDisposable
{
    private const string Repository = "models--mlx-community--gemma-3-4b-it-4bit";
    private const string Id = "mlx-community/gemma-3-4b-it-4bit";

    private readonly DirectoryInfo _disk = Directory.CreateTempSubdirectory("mlxactors-");

    private ModelCatalog Catalog => new(
        [new ModelAlias("gemma", Id), new ModelAlias("demo", "demo")], PathOf("models"), new HubCache(PathOf("hub")), []);

    public void Dispose() => _disk.Delete(recursive: true);

    [Theory]
    [InlineData("demo")]
    [InlineData("DEMO")]
    public void Resolve_AShippedModelsAlias_IsItsFolder(string name)
    {
        var folder = Checkpoint("models/demo");

        Assert.Equal(("demo", folder), Found(Catalog.Resolve(name)));
    }

    [Theory]
    [InlineData("gemma")]
    [InlineData(Id)]
    public void Resolve_AliasAndRepository_AreOneModel(string name)
    {
        var snapshot = Checkpoint($"hub/{Repository}/snapshots/0123abc");
        Checkpoint($"hub/{Repository}/snapshots/older");
        Write($"hub/{Repository}/refs/main", "0123abc\n");

        Assert.Equal((Id, snapshot), Found(Catalog.Resolve(name)));
    }

    [Fact]
    public void Resolve_FolderOfACachedSnapshot_IsThatModel()
    {
        var snapshot = Checkpoint($"hub/{Repository}/snapshots/0123abc");

        Assert.Equal((Id, snapshot), Found(Catalog.WithFolder(snapshot).Resolve(snapshot)));
    }

    [Fact]
    public void Resolve_AFolderTheOperatorAllows_IsItsFullPath()
    {
        var folder = Checkpoint("elsewhere");

        Assert.Equal((folder, folder), Found(Catalog.WithFolder(folder + Path.DirectorySeparatorChar).Resolve(folder)));
    }

    [Fact]
    public void Resolve_AFolderNobodyAllowed_IsRefused() => AssertRefused(Catalog.Resolve(Checkpoint("elsewhere")));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../models/demo")]
    [InlineData("../../etc/passwd")]
    [InlineData("models/../demo")]
    [InlineData("demo/")]
    [InlineData("a/b/c")]
    [InlineData("a--b/c")]
    [InlineData("mlx-community/..")]
    [InlineData("mlx-community/gemma\0")]
    [InlineData("mlx-community\\gemma-3-4b-it-4bit")]
    public void Resolve_HostileNames_AreRefused(string name)
    {
        Checkpoint("models/demo");
        Checkpoint($"hub/{Repository}/snapshots/0123abc");

        AssertRefused(Catalog.Resolve(name));
    }

    [Fact]
    public void Resolve_ARefThatPointsOutside_IsNotFollowed()
    {
        Checkpoint("outside");
        Checkpoint($"hub/{Repository}/snapshots/a");
        Checkpoint($"hub/{Repository}/snapshots/b");
        Write($"hub/{Repository}/refs/main", "../../../outside");

        AssertRefused(Catalog.Resolve("gemma"));
    }

    [Fact]
    public void Resolve_ASnapshotThatLacksAShard_NamesTheShard()
    {
        var snapshot = Checkpoint($"hub/{Repository}/snapshots/0123abc");
        File.WriteAllText(
            Path.Combine(snapshot, "model.safetensors.index.json"), """{"weight_map":{"a":"model-00002-of-00002.safetensors"}}""");

        Assert.Contains("model-00002-of-00002.safetensors", AssertRefused(Catalog.Resolve("gemma")));
    }

    [Fact]
    public void List_NamesEveryWholeCheckpointOnce()
    {
        Checkpoint("models/demo");
        var snapshot = Checkpoint($"hub/{Repository}/snapshots/0123abc");
        Directory.CreateDirectory(PathOf("hub/models--half--download"));
        File.WriteAllText(
            Path.Combine(snapshot, "config.json"), """{"model_type":"gemma3","text_config":{"hidden_size":2560},"vision_config":{}}""");

        var list = Catalog.WithFolder(snapshot).List();

        Assert.Equal(["demo", Id], list.Select(model => model.Location.Id));
        Assert.Equal(["gemma"], list[1].Aliases.AsEnumerable());
        Assert.Equal(new ModelCard("gemma3", 131_072, Capabilities.Vision), list[1].Card);
    }

    [Theory]
    [InlineData("""{"model_type":"qwen3_vl","vision_config":{}}""", Capabilities.Vision | Capabilities.Video)]
    [InlineData(
        """{"model_type":"gemma3n","vision_config":{},"audio_config":{}}""",
        Capabilities.Vision | Capabilities.Video | Capabilities.Audio)]
    [InlineData("""{"model_type":"gemma3","vision_config":{}}""", Capabilities.Vision)]
    [InlineData("""{"model_type":"qwen3_vl"}""", Capabilities.Text)]
    public void Card_ReadsWhatTheTowersTake(string config, Capabilities expected)
    {
        var folder = Checkpoint("models/demo");
        File.WriteAllText(Path.Combine(folder, "config.json"), config);

        Assert.Equal(expected, ModelCard.Read(folder).Capabilities);
    }

    [Theory]
    [InlineData("""{"model_type":"gemma3","text_config":{"max_position_embeddings":2048}}""", 2048)]
    [InlineData("""{"model_type":"other","max_position_embeddings":4096}""", 4096)]
    [InlineData("""{"model_type":"other"}""", null)]
    [InlineData("""{"model_type":"gemma3","text_config":{"max_position_embeddings":"many"}}""", 131_072)]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    public void Card_ReadsTheWindow(string config, int? window)
    {
        var folder = Checkpoint("models/demo");
        File.WriteAllText(Path.Combine(folder, "config.json"), config);

        Assert.Equal(window, ModelCard.Read(folder).ContextWindow);
    }

    private string PathOf(string path) => Path.GetFullPath(Path.Combine(_disk.FullName, path));

    private string Checkpoint(string folder)
    {
        foreach (var file in new[] { "config.json", "tokenizer.json", "model.safetensors" })
        {
            Write($"{folder}/{file}", "{}");
        }
        return PathOf(folder);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    private static (string Id, string Directory) Found(Result<ModelLocation, string> result)
    {
        var location = Assert.IsType<Result<ModelLocation, string>.Ok>(result).Value;
        return (location.Id, location.Directory);
    }

    private static string AssertRefused(Result<ModelLocation, string> result) =>
        Assert.IsType<Result<ModelLocation, string>.Error>(result).Reason;
}
