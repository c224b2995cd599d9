using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Models.Gemma3;
using MlxActors.Models.Nn;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Models.Tests.Gemma3;

public sealed class Gemma3ConfigTests
{
    private const string Smallest = """{"model_type":"gemma3_text","hidden_size":32,"intermediate_size":64,"num_hidden_layers":7}""";

    [Fact]
    public void Parse_OnlyRequiredKeys_TakesTheReferencesDefaults()
    {
        var text = Parse(Smallest).Text;

        Assert.Equal((262208, 8, 4, 256), (text.VocabSize, text.NumAttentionHeads, text.NumKeyValueHeads, text.HeadDim));
        Assert.Equal([false, false, false, false, false, true, false], text.GlobalLayers.ToArray());
        Assert.Equal(new RopeConfig(1e6, 1), text.RopeGlobal);
        Assert.Equal(new RopeConfig(1e4, 1), text.RopeLocal);
    }

    [Fact]
    public void Parse_VocabularyAtTheTopLevel_IsTaken() => Assert.Equal(
        512, Parse($$"""{"model_type":"gemma3","vocab_size":512,"text_config":{{Smallest}}}""").Text.VocabSize);

    [Theory]
    [InlineData("hidden_size", "\"abc\"", "hidden_size: expected a positive integer up to 16777216, found \"abc\"")]
    [InlineData("hidden_size", "null", "hidden_size: expected a positive integer up to 16777216, found null")]
    [InlineData("head_dim", "33", "head_dim: expected an even number, found 33")]
    [InlineData("attention_bias", "true", "attention_bias: expected false")]
    [InlineData("final_logit_softcapping", "30.0", "final_logit_softcapping: expected null")]
    [InlineData("layer_types", "[\"full_attention\"]", "layer_types: expected an array of 7 strings")]
    [InlineData("rope_parameters", "{}", "rope_parameters.full_attention: expected an object, found nothing")]
    [InlineData("rope_scaling", "{\"type\":\"yarn\",\"factor\":4}", "rope_scaling.type: expected default or linear, found \"yarn\"")]
    [InlineData("rms_norm_eps", "0", "rms_norm_eps: expected a positive number, found 0")]
    public void Parse_WrongValue_NamesKeyExpectedAndFound(string key, string value, string message) => Assert.Contains(
        message, Assert.Throws<CheckpointException>(() => Parse(With(key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_LongValue_IsCutInTheMessage() => Assert.InRange(
        Assert.Throws<CheckpointException>(() => Parse(With("hidden_size", $"\"{new string('x', 10_000)}\""))).Message.Length, 1, 300);

    [Fact]
    public void Parse_QuantizationOverrides_AreFoundByModule()
    {
        var config = QuantizationConfig.Parse(Node("""
            {"quantization":{"group_size":64,"bits":4,"mode":"affine","a.b":{"bits":8},"a.c":false,"a.d":{"group_size":32,"bits":6}}}
            """));

        Assert.Equal(new Quantization(64, 8), config.Of("a.b"));
        Assert.Equal(new Quantization(64, 4), config.Of("a.c"));
        Assert.Equal(new Quantization(32, 6), config.Of("a.d"));
        Assert.Equal(new Quantization(64, 4), config.Of("elsewhere"));
    }

    [Fact]
    public void Parse_QuantizationOfAnotherMode_IsRefused() => Assert.Throws<CheckpointException>(
        () => QuantizationConfig.Parse(Node("""{"quantization":{"group_size":32,"bits":4,"mode":"mxfp4"}}""")));

    [Fact]
    public void Parse_GenerationConfig_GivesSamplingAndEnds()
    {
        var config = GenerationConfig.Parse(Node("""
            {"do_sample":true,"top_k":64,"top_p":0.95,"temperature":null,"eos_token_id":[1,106]}
            """));

        Assert.Equal(new SamplingDefaults(true, null, 64, 0.95, null), config.Sampling);
        Assert.Equal([1, 106], config.EndOfSequence!.Order());
    }

    /// <summary>Whatever stands under a key, parsing gives a config or names a fault.</summary>
    [Property(MaxTest = 500)]
    public Property Parse_AnyValueUnderAnyKey_IsTotal()
    {
        string[] keys =
        [
            "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim", "hidden_activation",
            "layer_types", "rope_parameters", "rope_scaling", "rope_theta", "sliding_window", "sliding_window_pattern", "eos_token_id",
            "vision_config", "mm_tokens_per_image",
        ];
        string[] values =
        [
            "null", "true", "0", "-1", "1", "2.5", "1e400", "99999999999999999999", "\"\"", "\"gelu\"", "[]", "[1,null]", "{}",
            "{\"type\":7}",
            "{\"hidden_size\":7,\"num_attention_heads\":2,\"image_size\":8,\"patch_size\":3}", "\"\\ud800\"",
        ];
        return Prop.ForAll(
            Gen.Elements(keys).Zip(Gen.Elements(values)).ToArbitrary(),
            change =>
            {
                try
                {
                    return Parse(With(change.Item1, change.Item2)).Text.GlobalLayers.Length > 0;
                }
                catch (CheckpointException exception)
                {
                    return exception.Message.Contains("expected", StringComparison.Ordinal);
                }
            });
    }

    private static Gemma3Config Parse(string json) => Gemma3Config.Parse(Node(json));

    private static ConfigNode Node(string json) => ConfigNode.Parse("config.json", Encoding.UTF8.GetBytes(json));

    private static string With(string key, string value) => $"{Smallest[..^1]},\"{key}\":{value}}}";
}
