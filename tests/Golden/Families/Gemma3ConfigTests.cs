using System.Text.Json;
using MlxActors.Models;
using MlxActors.Models.Gemma3;
using MlxActors.Models.Nn;

namespace MlxActors.Golden.Families;

/// <summary>config.json as published, against what the reference implementation makes of it.</summary>
public sealed class Gemma3ConfigTests
{
    public static TheoryData<string?> Configs => Goldens.Files("models/gemma3/configs", "*.json");

    [SkippableTheory]
    [MemberData(nameof(Configs))]
    public void Parse_PublishedConfig_ResolvesAsTheReferenceDoes(string? file)
    {
        var path = Goldens.SkipWhenNone(file, "Gemma 3 config");
        var golden = JsonDocument.Parse(File.ReadAllText(Goldens.PathOf(path))).RootElement;

        var config = Gemma3Config.Parse(new ConfigNode("config.json", "", golden.GetProperty("config")));

        var resolved = golden.GetProperty("resolved");
        foreach (var expected in resolved.EnumerateObject())
        {
            AssertEqual(expected.Name, expected.Value, Actual(config, expected.Name));
        }
    }

    private static object? Actual(Gemma3Config config, string key) => key switch
    {
        "text" => config.Text,
        "vision" => config.Vision,
        "mm_tokens_per_image" => config.MmTokensPerImage,
        "image_token_index" => config.ImageTokenIndex,
        "boi_token_index" => config.BoiTokenIndex,
        "eoi_token_index" => config.EoiTokenIndex,
        _ => throw new ArgumentException($"the fixture resolves '{key}', which this test does not know", nameof(key)),
    };

    private static object? Actual(Gemma3TextConfig text, string key) => key switch
    {
        "vocab_size" => text.VocabSize,
        "hidden_size" => text.HiddenSize,
        "intermediate_size" => text.IntermediateSize,
        "num_hidden_layers" => text.NumHiddenLayers,
        "num_attention_heads" => text.NumAttentionHeads,
        "num_key_value_heads" => text.NumKeyValueHeads,
        "head_dim" => text.HeadDim,
        "hidden_activation" => text.HiddenActivation,
        "max_position_embeddings" => text.MaxPositionEmbeddings,
        "rms_norm_eps" => text.RmsNormEps,
        "query_pre_attn_scalar" => text.QueryPreAttnScalar,
        "sliding_window" => text.SlidingWindow,
        "tie_word_embeddings" => text.TieWordEmbeddings,
        // A checkpoint that sets one of these is refused, so a parsed one has none.
        "attention_bias" => false,
        "final_logit_softcapping" or "attn_logit_softcapping" => null,
        "global_layers" => text.GlobalLayers.Select((isGlobal, layer) => isGlobal ? layer : -1).Where(layer => layer >= 0).ToArray(),
        "rope_global" => text.RopeGlobal,
        "rope_local" => text.RopeLocal,
        _ => throw new ArgumentException($"the fixture resolves 'text.{key}', which this test does not know", nameof(key)),
    };

    private static object? Actual(Gemma3VisionConfig vision, string key) => key switch
    {
        "hidden_size" => vision.HiddenSize,
        "intermediate_size" => vision.IntermediateSize,
        "num_hidden_layers" => vision.NumHiddenLayers,
        "num_attention_heads" => vision.NumAttentionHeads,
        "num_channels" => vision.NumChannels,
        "image_size" => vision.ImageSize,
        "patch_size" => vision.PatchSize,
        "hidden_act" => vision.HiddenAct,
        "layer_norm_eps" => vision.LayerNormEps,
        _ => throw new ArgumentException($"the fixture resolves 'vision.{key}', which this test does not know", nameof(key)),
    };

    private static object Actual(RopeConfig rope, string key) => key switch
    {
        "theta" => rope.Theta,
        "linear_factor" => rope.LinearFactor,
        _ => throw new ArgumentException($"the fixture resolves a rope's '{key}', which this test does not know", nameof(key)),
    };

    private static void AssertEqual(string key, JsonElement expected, object? actual)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in expected.EnumerateObject())
                {
                    AssertEqual($"{key}.{member.Name}", member.Value, actual switch
                    {
                        Gemma3TextConfig text => Actual(text, member.Name),
                        Gemma3VisionConfig vision => Actual(vision, member.Name),
                        RopeConfig rope => Actual(rope, member.Name),
                        _ => throw new InvalidOperationException($"{key} is {actual ?? "null"}"),
                    });
                }
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.EnumerateArray().Select(item => item.GetInt32()), Assert.IsType<int[]>(actual));
                break;
            case JsonValueKind.String:
                Assert.Equal(Activations.ByName[expected.GetString()!], actual);
                break;
            case JsonValueKind.Null:
                Assert.Null(actual);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.Equal(expected.GetBoolean(), actual);
                break;
            default:
                Assert.True(expected.GetDouble().Equals(Convert.ToDouble(actual, System.Globalization.CultureInfo.InvariantCulture)),
                    $"{key}: expected {expected}, found {actual}");
                break;
        }
    }
}
