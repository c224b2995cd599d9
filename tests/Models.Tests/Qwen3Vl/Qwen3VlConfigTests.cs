using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Models.Tests.Qwen3Vl;

public sealed class Qwen3VlConfigTests
{
    [Fact]
    public void Parse_RopeAsTransformers5SavesIt_IsReadAsTheHubsIs()
    {
        var hub = Config();
        var saved = Config();
        var text = saved["text_config"]!.AsObject();
        text.Remove("rope_theta");
        text.Remove("rope_scaling");
        text["rope_parameters"] = JsonNode.Parse("""{"rope_theta": 5000000, "mrope_section": [4, 2, 2], "rope_type": "default"}""");

        var (expected, actual) = (Parse(hub).Text, Parse(saved).Text);

        Assert.Equal(expected.RopeTheta, actual.RopeTheta);
        Assert.Equal(expected.MropeSection.ToArray(), actual.MropeSection.ToArray());
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(null, true, true)]
    [InlineData(null, null, false)]
    public void Parse_TiedAtTwoLevels_TakesTheTopLevelFirst(bool? top, bool? text, bool expected)
    {
        var config = Config();
        config["tie_word_embeddings"] = top;
        config["text_config"]!["tie_word_embeddings"] = text;

        Assert.Equal(expected, Parse(config).Text.TieWordEmbeddings);
    }

    [Theory]
    [InlineData("text_config.rope_scaling.mrope_section", "[4,2,1]")]
    [InlineData("text_config.rope_scaling.mrope_section", "[0,4,4]")]
    [InlineData("text_config.rope_scaling.mrope_section", "[8]")]
    [InlineData("text_config.rope_scaling.rope_type", "\"yarn\"")]
    [InlineData("text_config.rope_scaling.mrope_interleaved", "false")]
    [InlineData("text_config.num_key_value_heads", "3")]
    [InlineData("text_config.head_dim", "15")]
    [InlineData("text_config.attention_bias", "true")]
    [InlineData("vision_config.num_position_embeddings", "65")]
    [InlineData("vision_config.out_hidden_size", "33")]
    [InlineData("vision_config.num_heads", "5")]
    [InlineData("vision_config.deepstack_visual_indexes", "[0,0]")]
    [InlineData("vision_config.deepstack_visual_indexes", "[2]")]
    [InlineData("model_type", "\"qwen2_vl\"")]
    public void Parse_ValueThatCannotBe_NamesTheKey(string path, string value)
    {
        var config = Config();
        var steps = path.Split('.');
        steps[..^1].Aggregate((JsonNode)config, (node, step) => node[step]!)[steps[^1]] = JsonNode.Parse(value);

        var exception = Assert.Throws<CheckpointException>(() => Parse(config));

        Assert.Contains(steps[^1], exception.Message, StringComparison.Ordinal);
    }

    private static Qwen3VlConfig Parse(JsonNode config) =>
        Qwen3VlConfig.Parse(new ConfigNode("config.json", "", JsonSerializer.SerializeToElement(config)));

    private static JsonObject Config() => JsonNode.Parse(
        """
        {
          "model_type": "qwen3_vl",
          "text_config": {
            "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "head_dim": 16, "rope_theta": 5000000,
            "rope_scaling": {"mrope_interleaved": true, "mrope_section": [4, 2, 2], "rope_type": "default"}
          },
          "vision_config": {
            "depth": 2, "hidden_size": 16, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": 32, "num_position_embeddings": 64,
            "deepstack_visual_indexes": [1]
          }
        }
        """)!.AsObject();
}
