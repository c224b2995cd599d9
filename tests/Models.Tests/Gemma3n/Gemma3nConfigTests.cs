using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Models.Gemma3n;
using MlxActors.Models.Nn;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Models.Tests.Gemma3n;

public sealed class Gemma3nConfigTests
{
    [Fact]
    public void Parse_EmptyTextConfig_GivesTheDefaultsOfTheReference()
    {
        var text = Parse("""{"model_type":"gemma3n_text"}""").Text;

        Assert.Equal((262400, 262144), (text.VocabSize, text.VocabSizePerLayerInput));
        Assert.Equal((2048, 256), (text.HiddenSize, text.HiddenSizePerLayerInput));
        Assert.Equal(new AttentionHeads(8, 2, 256), text.Attention);
        Assert.Equal((35, 20, 512), (text.Layers.Length, text.KvLayers, text.SlidingWindow));
        Assert.Equal((64, 4, 30), (text.LaurelRank, text.AltUpInputs, text.FinalLogitSoftcapping));
        Assert.Equal(new RopeConfig(1e6, 1), text.RopeGlobal);
        Assert.Equal(new RopeConfig(1e4, 1), text.RopeLocal);
        Assert.All(text.Layers.Take(10), layer => Assert.Equal(0.95, layer.Sparsity));
        Assert.All(text.Layers.Skip(10), layer => Assert.Equal(0, layer.Sparsity));
        Assert.Equal([4, 9, 14, 19, 24, 29, 34], Enumerable.Range(0, 35).Where(layer => text.Layers[layer].IsGlobal));
    }

    [Fact]
    public void Parse_LayersThatShare_ReadTheLastOfTheirKindThatDoesNot()
    {
        var layers = Parse("""{"model_type":"gemma3n_text"}""").Text.Layers;

        Assert.All(Enumerable.Range(0, 20), layer => Assert.Equal(layer, layers[layer].KvLayer));
        Assert.All(Enumerable.Range(20, 15), layer => Assert.Equal(layers[layer].IsGlobal ? 19 : 18, layers[layer].KvLayer));
    }

    [Fact]
    public void Parse_RopeInTheNewForm_IsRead()
    {
        var text = Parse(With(
            "rope_parameters", """{"full_attention":{"rope_theta":5},"sliding_attention":{"rope_type":"default","rope_theta":7}}""")).Text;

        Assert.Equal((new RopeConfig(5, 1), new RopeConfig(7, 1)), (text.RopeGlobal, text.RopeLocal));
    }

    [Fact]
    public void Parse_OneNumberForAllLayers_IsEachLayers()
    {
        const string Json = """
            {"model_type":"gemma3n_text","num_kv_shared_layers":0,"intermediate_size":96,"activation_sparsity_pattern":0.5}
            """;

        var text = Parse(Json).Text;

        Assert.All(text.Layers, layer => Assert.Equal((96, 0.5), (layer.IntermediateSize, layer.Sparsity)));
    }

    [Fact]
    public void Parse_Multimodal_ReadsTowersAndTheirVocabularies()
    {
        var config = Parse(
            """{"model_type":"gemma3n","text_config":{},"vision_config":{"vocab_offset":9},"audio_config":{"vocab_size":7}}""");

        Assert.Equal(new Gemma3nEmbedderConfig(2048, 9, 128, 1e-6), config.EmbedVision);
        Assert.Equal(new Gemma3nEmbedderConfig(1536, 262272, 7, 1e-6), config.EmbedAudio);
        Assert.Equal((256, 188), (config.VisionSoftTokens, config.AudioSoftTokens));
        Assert.Equal((262145, 262273), (config.ImageTokenId, config.AudioTokenId));
        Assert.NotNull(config.Vision);
        Assert.NotNull(config.Audio);
    }

    [Theory]
    [InlineData("hidden_size", "\"abc\"", "hidden_size: expected a positive integer up to 16777216, found \"abc\"")]
    [InlineData("attention_bias", "true", "attention_bias: expected false")]
    [InlineData("altup_active_idx", "1", "altup_active_idx: expected 0")]
    [InlineData("altup_correct_scale", "false", "altup_correct_scale: expected true")]
    [InlineData("tie_word_embeddings", "false", "tie_word_embeddings: expected true")]
    [InlineData("altup_num_inputs", "17", "altup_num_inputs: expected a positive integer up to 16")]
    [InlineData("num_kv_shared_layers", "7", "num_kv_shared_layers: expected an integer from 0 to 6, found 7")]
    [InlineData("num_kv_shared_layers", "4", "num_kv_shared_layers: expected a layer of each kind that shares among the first 3")]
    [InlineData("intermediate_size", "[64,64]", "intermediate_size: expected 7 positive integers")]
    [InlineData("intermediate_size", "[1,1,1,1,1,1,0]", "intermediate_size: expected 7 positive integers")]
    [InlineData("activation_sparsity_pattern", "[0.95]", "activation_sparsity_pattern: expected 7 numbers from 0 to 0.9999")]
    [InlineData("activation_sparsity_pattern", "1", "activation_sparsity_pattern: expected a number from 0 to 0.9999, found 1")]
    [InlineData("layer_types", "[\"full_attention\"]", "layer_types: expected an array of 7 strings")]
    [InlineData("hidden_activation", "\"elu\"", "hidden_activation: expected one of ")]
    [InlineData("rope_scaling", "{\"rope_type\":\"yarn\"}", "rope_scaling.rope_type: expected default or linear, found \"yarn\"")]
    [InlineData("final_logit_softcapping", "-1", "final_logit_softcapping: expected a positive number, found -1")]
    [InlineData("num_key_value_heads", "3", "num_key_value_heads: expected a divisor of the 8 attention heads, found 3")]
    public void Parse_WrongValue_NamesKeyExpectedAndFound(string key, string value, string message) => Assert.Contains(
        message, Assert.Throws<CheckpointException>(() => Parse(With(key, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"vision_config":{"architecture":"resnet50"}}""", "vision_config.architecture")]
    [InlineData("""{"vision_config":{"vocab_offset":-1}}""", "vision_config.vocab_offset")]
    [InlineData("""{"audio_config":{"vocab_size":0}}""", "audio_config.vocab_size")]
    [InlineData("""{"vision_soft_tokens_per_image":7,"vision_config":{}}""", "vision_config.model_args")]
    [InlineData("""{"audio_soft_tokens_per_image":"many"}""", "audio_soft_tokens_per_image")]
    [InlineData("""{"text_config":3}""", "text_config")]
    public void LoadModel_WrongConfig_IsALoadErrorNamingTheKey(string json, string key)
    {
        var folder = Directory.CreateTempSubdirectory("mlxactors-");
        try
        {
            var config = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
            config.TryAdd("model_type", JsonSerializer.SerializeToElement("gemma3n"));
            config.TryAdd("text_config", JsonSerializer.SerializeToElement(new { }));
            File.WriteAllText(Path.Combine(folder.FullName, "config.json"), JsonSerializer.Serialize(config));
            using var backend = new Native.Cpu.CpuBackend(new Native.Cpu.CpuOptions(Native.Cpu.CpuMode.Exact, Threads: 1));

            var outcome = ModelLoader.LoadModel(folder.FullName, backend, CancellationToken.None);

            var message = outcome.Match(_ => "loaded", error => error.Message);
            Assert.Contains($"config.json: {key}: expected", message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Whatever stands under a key, parsing gives a config or names a fault.</summary>
    [Property(MaxTest = 500)]
    public Property Parse_AnyValueUnderAnyKey_IsTotal()
    {
        string[] keys =
        [
            "model_type", "hidden_size", "num_hidden_layers", "num_kv_shared_layers", "intermediate_size", "activation_sparsity_pattern",
            "layer_types", "altup_num_inputs", "altup_active_idx", "laurel_rank", "rope_parameters", "final_logit_softcapping",
            "vocab_size_per_layer_input", "vision_config", "audio_config", "vision_soft_tokens_per_image", "eos_token_id",
        ];
        string[] values =
        [
            "null", "true", "0", "-1", "1", "2.5", "1e400", "99999999999999999999", "\"\"", "\"gelu\"", "[]", "[1,null]",
            "[1,1,1,1,1,1,1]", "{}",
            "{\"model_args\":{\"arch_def\":[[\"er_r1_k3_s2_e4_c16\"]]}}", "{\"hidden_size\":7}", "\"\\ud800\"",
        ];
        return Prop.ForAll(
            Gen.Elements(keys).Zip(Gen.Elements(values)).ToArbitrary(),
            change =>
            {
                try
                {
                    return Parse(With(change.Item1, change.Item2)).Text.Layers.Length > 0;
                }
                catch (CheckpointException exception)
                {
                    return exception.Message.Contains("expected", StringComparison.Ordinal);
                }
            });
    }

    private static Gemma3nConfig Parse(string json) => Gemma3nConfig.Parse(ConfigNode.Parse("config.json", Encoding.UTF8.GetBytes(json)));

    private static string With(string key, string value) =>
        $$"""{"model_type":"gemma3n_text","num_hidden_layers":7,"num_kv_shared_layers":2,"{{key}}":{{value}}}""";
}
