using System.Text;
using MlxActors.Models.Gemma3n;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Models.Tests.Gemma3n;

public sealed class Gemma3nAudioConfigTests
{
    [Fact]
    public void Parse_EmptyObject_GivesTheDefaultsOfTheReference() => Assert.Equal(
        new Gemma3nAudioConfig(1536, 128, 12, 8, 12, 0, 50, 5, 4, 0.5f, 128, 32, 1e-3, 1e-6), Parse("{}"));

    [Fact]
    public void SubsampledSize_OfTheRealTower_IsThatOfItsProjection() => Assert.Equal(1024, Parse("{}").SubsampledSize);

    [Fact]
    public void Parse_ContextToTheLeft_CountsTheStepItself()
    {
        var config = Parse("""{ "conf_attention_context_left": 5, "conf_attention_context_right": 2 }""");

        Assert.Equal((4, 2, 7), (config.LookBack, config.LookAhead, config.Span));
    }

    [Theory]
    [InlineData("""{ "hidden_size": 100 }""", "hidden_size")]
    [InlineData("""{ "conf_num_hidden_layers": 0 }""", "conf_num_hidden_layers")]
    [InlineData("""{ "conf_attention_context_left": -1 }""", "conf_attention_context_left")]
    [InlineData("""{ "sscp_conv_channel_size": [128] }""", "sscp_conv_channel_size")]
    [InlineData("""{ "sscp_conv_channel_size": [128, 0] }""", "sscp_conv_channel_size")]
    [InlineData("""{ "sscp_conv_kernel_size": [[3, 3], [5, 3]] }""", "sscp_conv_kernel_size")]
    [InlineData("""{ "sscp_conv_stride_size": 2 }""", "sscp_conv_stride_size")]
    public void Parse_WhatNoTowerHas_NamesTheKey(string json, string key)
    {
        var fault = Assert.Throws<CheckpointException>(() => Parse(json));

        Assert.Contains(key, fault.Message, StringComparison.Ordinal);
    }

    private static Gemma3nAudioConfig Parse(string json) =>
        Gemma3nAudioConfig.Parse(ConfigNode.Parse("config.json", Encoding.UTF8.GetBytes(json)));
}
