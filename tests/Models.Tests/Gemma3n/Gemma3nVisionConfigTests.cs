using System.Text;
using MlxActors.Models.Gemma3n;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Models.Tests.Gemma3n;

public sealed class Gemma3nVisionConfigTests
{
    private const string Stages = """[["er_k3_s2_c8"], ["uir_a3_k5_s2_e6_c16"]]""";

    [Fact]
    public void Parse_NothingGiven_IsThePublishedTower()
    {
        var config = Parse("{}", 256);

        Assert.Equal((2048, 768, 64), (config.HiddenSize, config.ImageSize, config.StemSize));
        Assert.Equal((16, 1e-6), (config.TokensPerSide, config.RmsNormEps));
        Assert.Equal([3, 5, 37, 39], config.Stages.Select(stage => stage.Length));
        Assert.Equal([192, 96, 48, 24], Enumerable.Range(0, 4).Select(config.SideAfter));
    }

    [Fact]
    public void Parse_Table_IsReadInTimmsNotation()
    {
        var config = Parse(
            """
            { "model_args": { "input_size": 64, "stem_size": 8, "arch_def": [
                ["er_r2_k3_s2_e4_c16"], ["uir_r1_a3_k5_s2_e6_c24", "uir_a0_k0_s1_e2_c24", "mqa_r1_k3_h4_v2_s1_d16_c24"] ] } }
            """, 4);

        Assert.Equal(
            [new VisionBlock.EdgeResidual(3, 2, 4, 16), new VisionBlock.EdgeResidual(3, 1, 4, 16)], config.Stages[0].AsEnumerable());
        Assert.Equal(
            [
                new VisionBlock.InvertedResidual(3, 5, 2, 6, 24),
                new VisionBlock.InvertedResidual(null, null, 1, 2, 24),
                new VisionBlock.Attention(4, 16, 3, 2, 24),
            ],
            config.Stages[1].AsEnumerable());
        Assert.Equal((64, 8, 2), (config.ImageSize, config.StemSize, config.TokensPerSide));
    }

    [Theory]
    [InlineData("")]
    [InlineData("er")]
    [InlineData("ir_k3_c8")]
    [InlineData("er_c8")]
    [InlineData("er_k3")]
    [InlineData("er_k0_c8")]
    [InlineData("er_k3_c0")]
    [InlineData("er_k3_k3_c8")]
    [InlineData("er_k3_c8_s9")]
    [InlineData("er_k3_c99999")]
    [InlineData("er_k3_c9999999999")]
    [InlineData("er_k3_c8_x1")]
    [InlineData("er_k3_c-8")]
    [InlineData("er_k3_c8\n")]
    [InlineData("uir_a3_s2_c8")]
    [InlineData("mqa_h4_c8")]
    [InlineData("mqa_h4_d8_s2_c8")]
    public void Parse_TextThatIsNoBlock_IsNone(string text) => Assert.Null(VisionBlock.Parse(text));

    [Theory]
    [InlineData("""{ "architecture": "mobilenetv4" }""", 256, "architecture")]
    [InlineData("{}", 255, "model_args")]
    [InlineData("{}", 400, "model_args")]
    [InlineData("""{ "model_args": { "arch_def": [] } }""", 16, "arch_def")]
    [InlineData("""{ "model_args": { "arch_def": [["er_k3_s2_c8"]] } }""", 16, "arch_def")]
    [InlineData("""{ "model_args": { "arch_def": [["er_k3_s2_c8"], []] } }""", 16, "arch_def")]
    [InlineData("""{ "model_args": { "arch_def": [["er_k3_s2_c8"], [7]] } }""", 16, "arch_def")]
    [InlineData("""{ "model_args": { "arch_def": [["er_k3_s2_c8"], ["nothing"]] } }""", 16, "arch_def")]
    [InlineData("""{ "model_args": { "input_size": 68, "arch_def": STAGES } }""", 16, "model_args")]
    [InlineData("""{ "model_args": { "input_size": 0, "arch_def": STAGES } }""", 16, "input_size")]
    [InlineData("""{ "hidden_size": -1 }""", 256, "hidden_size")]
    public void Parse_ValueThatCannotBe_NamesTheKey(string json, int tokens, string key)
    {
        var fault = Assert.Throws<CheckpointException>(() => Parse(json.Replace("STAGES", Stages, StringComparison.Ordinal), tokens));

        Assert.Contains(key, fault.Message, StringComparison.Ordinal);
        Assert.Contains("expected", fault.Message, StringComparison.Ordinal);
    }

    private static Gemma3nVisionConfig Parse(string json, int tokens) =>
        Gemma3nVisionConfig.Parse(ConfigNode.Parse("config.json", Encoding.UTF8.GetBytes(json)), tokens);
}
